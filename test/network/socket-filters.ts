/** Sockets that get the datagram, by how their data begins. */
export const SOCKETS = ["udp", "raw", "dgram", "packet"] as const;
export type SocketName = (typeof SOCKETS)[number];

export const CLIENT = { mac: "02:00:00:00:00:01", ip: "10.0.0.1", port: 4000 };
export const SERVER = { mac: "02:00:00:00:00:02", ip: "10.0.0.2", port: 5000 };

/** Of the datagram and of the segment that opens a connection between those two. */
export const PAYLOAD = "hello";

const all: readonly SocketName[] = SOCKETS;

/** Expressions, and the sockets at which they hold of the datagram. */
export const DATAGRAM_CASES: readonly { expression: string; want: readonly SocketName[] }[] = [
  { expression: "udp port 5000", want: all },
  { expression: "udp src port 4000 and dst port 5000", want: all },
  { expression: "udp port 53", want: [] },
  { expression: "portrange 4999-5001", want: all },
  { expression: "src host 10.0.0.1", want: all },
  { expression: "src net 10.0.0.0/24 and not dst host 10.0.0.1", want: all },
  { expression: "src host 10.0.0.2", want: [] },
  { expression: "ip", want: all },
  { expression: "ip6", want: [] },
  { expression: "tcp or icmp or arp", want: [] },
  { expression: "udp[8:4] = 0x68656c6c and udp[12] = 0x6f", want: all },
  { expression: "udp[13] = 0", want: [] },
  { expression: "ip[2:2] = 33 and ip[9] = 17", want: all },
  { expression: "ip[(ip[0] & 0xf) + 4] = 17", want: all },
  { expression: "ether src 02:00:00:00:00:01", want: all },
  { expression: "ether dst 02:00:00:00:00:01", want: [] },
  { expression: "ether host 02:00:00:00:00:02 and ether proto 0x800", want: all },
  { expression: "ether broadcast or ether multicast", want: [] },
  { expression: "ether[12:2] = 0x800 and ether[13] = 0 and ether[12:4] = 0x08004500", want: all },
  { expression: "ether[ip[9] - 5] = 8", want: all },
  { expression: "vlan", want: [] },
  { expression: "udp port 5000 or vlan", want: all },
  { expression: "inbound", want: all },
  { expression: "outbound", want: [] },
  { expression: "stp or iso", want: [] },
  { expression: "len = 13", want: ["udp"] },
  { expression: "len = 33", want: ["raw", "dgram"] },
  { expression: "less 46", want: ["udp", "raw", "dgram"] },
];

/** Expressions, and whether a listening socket that they filter accepts the connection. */
export const CONNECTION_CASES = [
  { expression: "tcp port 5000", want: true },
  { expression: "tcp and src host 10.0.0.1 and ether src 02:00:00:00:00:01", want: true },
  { expression: "tcp[13] & 2 = 0", want: false },
  { expression: "udp", want: false },
];
