import { type Facts, knownOutcome } from "../facts.ts";
import { load, type Position } from "../value.ts";
import { behind, fields, type Header, knownField } from "./header.ts";
import { ofEthertype } from "./network.ts";

export const wlanFrame: Header = {
  name: "802.11",
  fields: fields(
    "802.11",
    [
      "frame control",
      1,
      "hex",
      [
        { mask: 0x0c, name: "802.11 frame type", kind: "wlan-type" },
        { mask: 0xf0, name: "802.11 frame subtype", kind: "number" },
        { mask: 0xfc, name: "802.11 frame type and subtype", kind: "wlan-frame", unit: 4 },
        { mask: 0x08, name: "802.11 'data' bit of the frame type", kind: "number" },
        { mask: 0x04, name: "802.11 'control' bit of the frame type", kind: "number" },
        { mask: 0x80, name: "802.11 'QoS' bit of the subtype", kind: "number" },
      ],
    ],
    [
      "flags",
      1,
      "hex",
      [
        { mask: 0x01, name: "802.11 'to DS' flag", kind: "number" },
        { mask: 0x02, name: "802.11 'from DS' flag", kind: "number" },
        { mask: 0x03, name: "802.11 direction", kind: "number" },
        { mask: 0x40, name: "802.11 'protected' flag", kind: "number" },
      ],
    ],
    ["duration", 2],
    ["address 1", 6, "mac-address"],
    ["address 2", 6, "mac-address"],
    ["address 3", 6, "mac-address"],
    ["sequence control", 2, "hex"],
    ["address 4", 6, "mac-address"],
  ),
  /** A data frame's payload; libpcap, too, leaves a fourth address out of account where it looks for that. */
  next(start, facts) {
    const isData = bit(start, 0, 0x08, facts) === true && bit(start, 0, 0x04, facts) !== true;
    const hasFourAddresses = bit(start, 1, 0x01, facts) === true && bit(start, 1, 0x02, facts) === true;
    const isQos = bit(start, 0, 0x80, facts);
    if (!isData || hasFourAddresses || isQos === undefined) return undefined;
    return { header: logicalLink, start: behind(start, isQos ? 26 : 24) };
  },
};

/** Whether bits of the frame control field are known to be set. */
function bit(start: Position, at: number, mask: number, facts: Facts): boolean | undefined {
  return knownOutcome(facts, load(behind(start, at), 1), "&", mask);
}

/** IEEE 802.2 with SNAP, behind a header whose length the program has found. */
export const logicalLink: Header = {
  name: "LLC",
  fields: [
    ...fields("LLC", ["DSAP", 1, "sap"], ["SSAP", 1, "sap"], ["control", 1, "hex"], ["SNAP organization", 3, "hex"]),
    { at: 6, size: 2, name: "EtherType", kind: "ethertype" },
  ],
  next: (start, facts) => ofEthertype(knownField(start, 6, 2, facts), behind(start, 8), "LLC"),
};
