import { load, moved, number, operation, type Position } from "../value.ts";
import { behind, type Field, fields, type Header, knownField, oneFor, type PlacedHeader } from "./header.ts";

const ports = (name: string): Field[] => fields(name, ["source port", 2, "port"], ["destination port", 2, "port"]);

const tcpPayload: Header = { name: "TCP payload", fields: [] };
export const tcp: Header = {
  name: "TCP",
  fields: fields(
    "TCP",
    ["source port", 2, "port"],
    ["destination port", 2, "port"],
    ["sequence number", 4],
    ["acknowledgment number", 4],
    ["header length", 1, "hex", [{ mask: 0xf0, name: "TCP header length", kind: "number", unit: 4 }]],
    ["flags", 1, "tcp-flags"],
    ["window", 2],
    ["checksum", 2, "hex"],
    ["urgent pointer", 2],
  ),
  next(start) {
    const words = operation("&", load(behind(start, 12), 1), number(0xf0));
    return { header: tcpPayload, start: moved(start, operation("/", words, number(4))) };
  },
};

const network = (name: string): Field => ({
  at: 4,
  size: 4,
  name: `${name} network identifier and what follows`,
  kind: "hex",
  bits: [{ mask: 0xffff_ff00, name: `${name} network identifier`, kind: "number" }],
});

/** RFC 8926 and RFC 7348, by their ports. */
const TUNNELS: Readonly<Record<number, Header>> = {
  6081: {
    name: "Geneve",
    fields: [
      {
        at: 0,
        size: 1,
        name: "Geneve version and length of options",
        kind: "hex",
        bits: [
          { mask: 0xc0, name: "Geneve version", kind: "number" },
          { mask: 0x3f, name: "Geneve length of options", kind: "number", unit: 4 },
        ],
      },
      { at: 2, size: 2, name: "Geneve protocol", kind: "ethertype" },
      network("Geneve"),
    ],
  },
  4789: { name: "VXLAN", fields: [{ at: 0, size: 1, name: "VXLAN flags", kind: "hex" }, network("VXLAN")] },
};

const udpPayload: Header = { name: "UDP payload", fields: [] };
export const udp: Header = {
  name: "UDP",
  fields: [
    ...ports("UDP"),
    { at: 4, size: 2, name: "UDP length", kind: "number" },
    { at: 6, size: 2, name: "UDP checksum", kind: "hex" },
  ],
  next(start, facts) {
    const port = oneFor(knownField(start, 2, 2, facts), (number) => TUNNELS[number]);
    return { header: port ?? udpPayload, start: behind(start, 8) };
  },
};

const sctp: Header = {
  name: "SCTP",
  fields: [
    ...ports("SCTP"),
    { at: 4, size: 4, name: "SCTP verification tag", kind: "hex" },
    { at: 8, size: 4, name: "SCTP checksum", kind: "hex" },
    { at: 12, size: 1, name: "SCTP first chunk's type", kind: "number" },
  ],
};

const icmp: Header = {
  name: "ICMP",
  fields: fields(
    "ICMP",
    ["type", 1, "icmp-type"],
    ["code", 1],
    ["checksum", 2, "hex"],
    ["identifier", 2],
    ["sequence number", 2],
  ),
};
const icmp6: Header = {
  name: "ICMPv6",
  fields: fields("ICMPv6", ["type", 1, "icmp6-type"], ["code", 1], ["checksum", 2, "hex"]),
};
const igmp: Header = {
  name: "IGMP",
  fields: fields(
    "IGMP",
    ["type", 1, "hex"],
    ["response time", 1],
    ["checksum", 2, "hex"],
    ["group address", 4, "ipv4-address"],
  ),
};

const HEADERS: Readonly<Record<number, Header>> = { 1: icmp, 2: igmp, 6: tcp, 17: udp, 58: icmp6, 132: sctp };
const WITH_PORTS: Readonly<Record<number, string>> = { 6: "TCP", 17: "UDP", 132: "SCTP" };

/** The header of the transport protocol, or of one of those, that is known to follow. `below`: the network protocol. */
export function transport(numbers: ReadonlySet<number> | undefined, start: Position, below: string): PlacedHeader {
  return {
    header: headerFor(
      [...(numbers ?? [])].sort((a, b) => a - b),
      below,
    ),
    start,
  };
}

const known = new Map<string, Header>();

/** One object for what is the same. */
function headerFor(numbers: readonly number[], below: string): Header {
  const [first] = numbers;
  if (numbers.length === 1 && HEADERS[first!] !== undefined) return HEADERS[first!]!;
  const names = numbers.map((each) => WITH_PORTS[each]);
  const name = names.length > 0 && names.every((each) => each !== undefined) ? joined(names) : `${below} payload`;
  const header = known.get(name) ?? { name, fields: name.endsWith("payload") ? [] : ports(name) };
  known.set(name, header);
  return header;
}

function joined(names: readonly string[]): string {
  return names.length === 1 ? names[0]! : `${names.slice(0, -1).join(", ")} or ${names.at(-1)}`;
}
