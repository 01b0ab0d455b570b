import { knownOutcome } from "../facts.ts";
import { load, number, operation, type Position } from "../value.ts";
import { behind, fields, type Header, knownField, type PlacedHeader } from "./header.ts";
import { ipOfVersion, ofEthertype, ofPppProtocol } from "./network.ts";
import { logicalLink, wlanFrame } from "./wlan.ts";

/** IEEE 802.3: greater numbers behind the addresses are EtherTypes. */
const LARGEST_LENGTH = 1500;

export const ethernet: Header = {
  name: "Ethernet",
  fields: [
    { at: 0, size: 6, name: "Ethernet destination", kind: "mac-address" },
    { at: 6, size: 6, name: "Ethernet source", kind: "mac-address" },
    { at: 12, size: 2, name: "EtherType", kind: "ethertype" },
  ],
  next(start, facts) {
    const end = behind(start, 14);
    const hasLength = knownOutcome(facts, load(behind(start, 12), 2), ">", LARGEST_LENGTH) === false;
    if (hasLength) return { header: logicalLink, start: end };
    return ofEthertype(knownField(start, 12, 2, facts), end, "Ethernet");
  },
};

const cooked: Header = {
  name: "cooked header",
  fields: [
    ...fields(
      "cooked header's",
      ["packet type", 2, "packet-type"],
      ["device type", 2],
      ["address length", 2],
      ["sender address", 8, "hex"],
    ),
    { at: 14, size: 2, name: "EtherType", kind: "ethertype" },
  ],
  next: (start, facts) => ofEthertype(knownField(start, 14, 2, facts), behind(start, 16), "cooked"),
};

const cooked2: Header = {
  name: "cooked header",
  fields: [
    { at: 0, size: 2, name: "EtherType", kind: "ethertype" },
    ...fields(
      "cooked header's",
      ["", 4],
      ["interface", 4],
      ["device type", 2],
      ["packet type", 1, "packet-type"],
      ["address length", 1],
      ["sender address", 8, "hex"],
    ),
  ],
  next: (start, facts) => ofEthertype(knownField(start, 0, 2, facts), behind(start, 20), "cooked"),
};

const IPV4_FAMILIES: readonly number[] = [2, 2 * 2 ** 24];
const loopback: Header = {
  name: "loopback header",
  fields: [{ at: 0, size: 4, name: "protocol family", kind: "family" }],
  next(start, facts) {
    const families = knownField(start, 0, 4, facts);
    const types = [...(families ?? [])].map((each) => (IPV4_FAMILIES.includes(each) ? 0x0800 : 0x86dd));
    return ofEthertype(new Set(types), behind(start, 4), "loopback");
  },
};

const ppp: Header = {
  name: "PPP",
  fields: fields("PPP", ["address", 1, "hex"], ["control", 1, "hex"], ["protocol", 2, "ppp-protocol"]),
  next: (start, facts) => ofPppProtocol(knownField(start, 2, 2, facts), behind(start, 4)),
};

const hdlc: Header = {
  name: "HDLC",
  fields: [
    ...fields("HDLC", ["address", 1, "hex"], ["control", 1, "hex"]),
    { at: 2, size: 2, name: "EtherType", kind: "ethertype" },
  ],
  next: (start, facts) => ofEthertype(knownField(start, 2, 2, facts), behind(start, 4), "HDLC"),
};

const raw: Header = { name: "packet", fields: [], next: ipOfVersion };

const slip: Header = {
  name: "SLIP",
  fields: [{ at: 0, size: 1, name: "SLIP direction", kind: "number" }],
  next: (start, facts) => ipOfVersion(behind(start, 16), facts),
};

const radiotap: Header = {
  name: "radiotap",
  fields: fields("radiotap", ["version", 1], ["", 1], ["length", 2, "hex"]),
  next(start) {
    const high = operation("*", load(behind(start, 3), 1), number(256));
    const length = operation("|", load(behind(start, 2), 1), high);
    return { header: wlanFrame, start: { ...start, terms: [...start.terms, length] } };
  },
};

const HEADERS: Readonly<Record<number, Header>> = {
  0: loopback,
  1: ethernet,
  8: slip,
  9: ppp,
  50: ppp,
  101: raw,
  104: hdlc,
  105: wlanFrame,
  108: loopback,
  113: cooked,
  127: radiotap,
  228: raw,
  229: raw,
  276: cooked2,
};

const unknown: Header = { name: "packet", fields: [] };

/** The header that packets of a link type (LINKTYPE_ value) begin with. */
export function linkHeader(linkType: number): Header {
  return HEADERS[linkType] ?? unknown;
}

/** What the kernel's protocol says stands at the network header. */
export function networkHeader(types: ReadonlySet<number> | undefined, start: Position): PlacedHeader {
  return ofEthertype(types, start, "network");
}
