import { ipProtocolName } from "../../bpf/filter/names/protocols.ts";
import { serviceOfPort } from "../../bpf/filter/names/services.ts";
import { formatIpv4 } from "../../packet/address.ts";

/** How a field's number is written. */
export type NumberKind =
  | "number"
  | "hex"
  | "ethertype"
  | "ip-protocol"
  | "port"
  | "ipv4-address"
  | "ipv6-address"
  | "mac-address"
  | "tcp-flags"
  | "family"
  | "ppp-protocol"
  | "packet-type"
  | "icmp-type"
  | "icmp6-type"
  | "arp-operation"
  | "wlan-type"
  | "wlan-frame"
  | "sap";

const NAMES: Partial<Readonly<Record<NumberKind, Readonly<Record<number, string>>>>> = {
  ethertype: {
    2048: "IPv4",
    2054: "ARP",
    24577: "MOP dump/load",
    24578: "MOP remote console",
    24579: "DECnet",
    24580: "LAT",
    24583: "SCA",
    25944: "transparent bridging",
    32821: "RARP",
    32923: "AppleTalk",
    33011: "AARP",
    33024: "VLAN (802.1Q)",
    33079: "IPX",
    34525: "IPv6",
    34887: "MPLS",
    34915: "PPPoE discovery",
    34916: "PPPoE session",
    34984: "service VLAN (802.1ad)",
    35020: "LLDP",
    37120: "VLAN (0x9100)",
  },
  "ip-protocol": {
    0: "hop-by-hop options",
    43: "a routing header",
    44: "a fragment header",
    50: "ESP",
    51: "AH",
    58: "ICMPv6",
    60: "destination options",
    89: "OSPF",
  },
  family: {
    2: "IPv4",
    33554432: "IPv4",
    ...Object.fromEntries(
      [10, 24, 28, 30].flatMap((family) => [family, family * 2 ** 24].map((each) => [each, "IPv6"])),
    ),
  },
  "ppp-protocol": { 33: "IPv4", 87: "IPv6", 641: "MPLS", 35: "OSI", 43: "IPX", 49185: "LCP", 32801: "IPCP" },
  "packet-type": { 0: "to this host", 1: "broadcast", 2: "multicast", 3: "to another host", 4: "outgoing" },
  "icmp-type": {
    0: "echo reply",
    3: "destination unreachable",
    4: "source quench",
    5: "redirect",
    8: "echo request",
    9: "router advertisement",
    10: "router solicitation",
    11: "time exceeded",
    12: "parameter problem",
    13: "timestamp request",
    14: "timestamp reply",
  },
  "icmp6-type": {
    1: "destination unreachable",
    2: "packet too big",
    3: "time exceeded",
    4: "parameter problem",
    128: "echo request",
    129: "echo reply",
    133: "router solicitation",
    134: "router advertisement",
    135: "neighbour solicitation",
    136: "neighbour advertisement",
    137: "redirect",
  },
  "arp-operation": { 1: "request", 2: "reply" },
  "wlan-type": { 0: "management", 1: "control", 2: "data" },
  "wlan-frame": {
    0: "association request",
    16: "association response",
    32: "reassociation request",
    48: "reassociation response",
    64: "probe request",
    80: "probe response",
    128: "beacon",
    160: "disassociation",
    176: "authentication",
    192: "deauthentication",
    180: "RTS",
    196: "CTS",
    212: "ACK",
    8: "data",
    72: "data without payload",
    136: "QoS data",
  },
  sap: { 6: "IP", 66: "spanning tree", 170: "SNAP", 224: "IPX", 240: "NetBEUI", 254: "OSI" },
};

const TCP_FLAGS = ["FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"];

/** A number as a field of that kind shows it. `size`: bytes. */
export function writeNumber(kind: NumberKind, number: number, size = 4): string {
  const name = NAMES[kind]?.[number];
  switch (kind) {
    case "number":
      return `${number}`;
    case "ip-protocol": {
      return name ?? ipProtocolName(number) ?? `${number}`;
    }
    case "port": {
      const service = serviceOfPort(number);
      return service === undefined ? `${number}` : `${number} (${service})`;
    }
    case "ipv4-address":
      return size === 4
        ? formatIpv4(Uint8Array.of(number >>> 24, number >>> 16, number >>> 8, number))
        : hex(number, size);
    case "tcp-flags":
      return number === 0 ? "none" : flagNames(number).join("+");
    case "icmp-type":
    case "icmp6-type":
    case "arp-operation":
    case "wlan-type":
      return name === undefined ? `${number}` : `${name} (${number})`;
    default:
      return name ?? hex(number, size);
  }
}

/** Names of the TCP flags that are set in the number. */
export function flagNames(number: number): string[] {
  return TCP_FLAGS.filter((_, bit) => (number & (1 << bit)) !== 0);
}

export function hex(number: number, size = 0): string {
  return `0x${(number >>> 0).toString(16).padStart(2 * size, "0")}`;
}
