import type { Facts } from "../facts.ts";
import { possibleNumbers } from "../facts.ts";
import { load, moved, number, operation, type Position } from "../value.ts";
import { behind, fields, type Header, knownField, type PlacedHeader } from "./header.ts";
import { transport } from "./transport.ts";

const ipv4: Header = {
  name: "IPv4",
  fields: fields(
    "IPv4",
    [
      "version and header length",
      1,
      "hex",
      [
        { mask: 0xf0, name: "IP version", kind: "number" },
        { mask: 0x0f, name: "IPv4 header length", kind: "number", unit: 4 },
      ],
    ],
    [
      "type of service",
      1,
      "hex",
      [
        { mask: 0xfc, name: "IPv4 DSCP", kind: "number" },
        { mask: 0x03, name: "IPv4 ECN", kind: "number" },
      ],
    ],
    ["total length", 2],
    ["identification", 2, "hex"],
    [
      "flags and fragment offset",
      2,
      "hex",
      [
        { mask: 0x1fff, name: "IPv4 fragment offset", kind: "number", unit: 8 },
        { mask: 0x4000, name: "IPv4 'don't fragment' flag", kind: "number" },
        { mask: 0x2000, name: "IPv4 'more fragments' flag", kind: "number" },
        { mask: 0x3fff, name: "IPv4 fragment offset with its 'more fragments' flag", kind: "hex" },
      ],
    ],
    ["time to live", 1],
    ["protocol", 1, "ip-protocol"],
    ["checksum", 2, "hex"],
    ["source address", 4, "ipv4-address"],
    ["destination address", 4, "ipv4-address"],
  ),
  next(start, facts) {
    const words = operation("&", load(start, 1), number(0xf));
    const end = moved(start, operation("*", words, number(4)));
    return transport(knownField(start, 9, 1, facts), end, "IPv4");
  },
};

const ipv6: Header = {
  name: "IPv6",
  fields: fields(
    "IPv6",
    [
      "version, traffic class and flow label",
      4,
      "hex",
      [
        { mask: 0xf000_0000, name: "IP version", kind: "number" },
        { mask: 0xfffff, name: "IPv6 flow label", kind: "hex" },
      ],
    ],
    ["payload length", 2],
    ["next header", 1, "ip-protocol"],
    ["hop limit", 1],
    ["source address", 16, "ipv6-address"],
    ["destination address", 16, "ipv6-address"],
  ),
  next(start, facts) {
    const numbers = knownField(start, 6, 1, facts);
    const end = behind(start, 40);
    if (numbers?.size === 1 && numbers.has(44)) return { header: ipv6Fragment, start: end };
    return transport(numbers, end, "IPv6");
  },
};

const ipv6Fragment: Header = {
  name: "IPv6 fragment header",
  fields: fields(
    "IPv6 fragment header's",
    ["next header", 1, "ip-protocol"],
    ["", 1],
    ["offset and flags", 2, "hex"],
    ["identification", 4, "hex"],
  ),
};

const arp = (name: string): Header => ({
  name,
  fields: fields(
    name,
    ["hardware type", 2],
    ["protocol type", 2, "ethertype"],
    ["hardware address length", 1],
    ["protocol address length", 1],
    ["operation", 2, "arp-operation"],
    ["sender MAC address", 6, "mac-address"],
    ["sender IPv4 address", 4, "ipv4-address"],
    ["target MAC address", 6, "mac-address"],
    ["target IPv4 address", 4, "ipv4-address"],
  ),
});
const ARP = arp("ARP");
const RARP = arp("RARP");
const EITHER_ARP = arp("ARP or RARP");

const IP_VERSIONS: Readonly<Record<number, Header>> = { 64: ipv4, 96: ipv6 };
const IP: Header = {
  name: "IP",
  fields: [
    {
      at: 0,
      size: 1,
      name: "IP version and what follows",
      kind: "hex",
      bits: [{ mask: 0xf0, name: "IP version", kind: "number" }],
    },
  ],
};

/** An IP header of the version that a test of its first byte has shown. */
export function ipOfVersion(start: Position, facts: Facts): PlacedHeader {
  const versions = possibleNumbers(facts, operation("&", load(start, 1), number(0xf0)));
  const [version] = versions?.size === 1 ? versions : [];
  return { header: IP_VERSIONS[version ?? 0] ?? IP, start };
}

/** What is behind a field that holds an EtherType. `link`: what lies below, for its name. */
export function ofEthertype(types: ReadonlySet<number> | undefined, start: Position, link: string): PlacedHeader {
  return { header: headerOf([...(types ?? [])], link), start };
}

const VLAN_TYPES: readonly number[] = [0x8100, 0x88a8, 0x9100];
const MPLS_TYPES: readonly number[] = [0x8847, 0x8848];
const payloads = new Map<string, Header>();

function headerOf(types: readonly number[], link: string): Header {
  const all = (...wanted: readonly number[]) => types.length > 0 && types.every((type) => wanted.includes(type));
  if (all(0x0800)) return ipv4;
  if (all(0x86dd)) return ipv6;
  if (all(0x0806)) return ARP;
  if (all(0x8035)) return RARP;
  if (all(0x0806, 0x8035)) return EITHER_ARP;
  if (all(0x0800, 0x86dd)) return IP;
  if (all(...VLAN_TYPES)) return vlan;
  if (all(...MPLS_TYPES)) return mpls;
  if (all(0x8864)) return pppoe;
  const name = `${link} payload`;
  const made = payloads.get(name) ?? { name, fields: [] };
  payloads.set(name, made);
  return made;
}

export const vlan: Header = {
  name: "VLAN tag",
  fields: fields(
    "VLAN tag's",
    [
      "priority and id",
      2,
      "hex",
      [
        { mask: 0x0fff, name: "VLAN id", kind: "number" },
        { mask: 0xe000, name: "VLAN priority", kind: "number" },
      ],
    ],
    ["EtherType", 2, "ethertype"],
  ),
  next: (start, facts) => ofEthertype(knownField(start, 2, 2, facts), behind(start, 4), "VLAN"),
};

const mpls: Header = {
  name: "MPLS",
  fields: fields("MPLS", [
    "label, class, bottom of stack and time to live",
    4,
    "hex",
    [
      { mask: 0xfffff000, name: "MPLS label", kind: "number" },
      { mask: 0x100, name: "MPLS 'bottom of stack' flag", kind: "number" },
    ],
  ]),
  next(start, facts) {
    const bottom = possibleNumbers(facts, operation("&", load(behind(start, 2), 1), number(1)));
    const end = behind(start, 4);
    return bottom?.has(0) === true ? { header: mpls, start: end } : ipOfVersion(end, facts);
  },
};

const pppoe: Header = {
  name: "PPPoE",
  fields: fields(
    "PPPoE",
    ["version and type", 1, "hex"],
    ["code", 1],
    ["session", 2],
    ["length", 2],
    ["protocol of PPP", 2, "ppp-protocol"],
  ),
  next: (start, facts) => ofPppProtocol(knownField(start, 6, 2, facts), behind(start, 8)),
};

const PPP_TYPES: Readonly<Record<number, number>> = { 33: 0x0800, 87: 0x86dd, 641: 0x8847 };

/** What is behind a PPP protocol number. */
export function ofPppProtocol(protocols: ReadonlySet<number> | undefined, start: Position): PlacedHeader {
  return ofEthertype(new Set([...(protocols ?? [])].map((each) => PPP_TYPES[each] ?? 0)), start, "PPP");
}
