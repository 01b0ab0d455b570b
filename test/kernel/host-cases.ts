import {
  arp,
  bytes,
  ethernet,
  filler,
  type Ipv4Fields,
  type Ipv6Fields,
  icmp,
  icmpv6,
  ip,
  ipv4,
  ipv6,
  mac,
  sealed,
  udp,
} from "../network/frames.ts";

/** What goes into a host, and whether that host forwards. */
export interface HostCase {
  readonly name: string;
  readonly forwarding: boolean;
  /** 0: at interface a; 1: at b. */
  readonly port: 0 | 1;
  readonly frames: readonly Uint8Array[];
  /** The reason Linux gives for dropping the last frame, or netsim's own name where Linux has none; absent: it is not dropped. */
  readonly reason?: string;
  /** Linux's reason where it is not that one or, for netsim's own names, not NOT_SPECIFIED; "none"; "varies". */
  readonly linux?: string;
}

/** The far end of interface a, and the host's MACs. */
const FAR = "02:00:00:00:00:a2";
const HOST_A = "02:00:00:00:00:a1";
const BROADCAST = "ff:ff:ff:ff:ff:ff";
const ROUTER = "10.9.0.1";
const ROUTER6 = "2001:db8:a::1";
const IP = 0x0800;
const IPV6 = 0x86dd;
const ARP = 0x0806;
const UDP = 17;
const ICMP = 1;
const ICMPV6 = 58;

/** Each case has a sender of its own, since Linux limits how many errors one gets. */
let senders = 0;

interface Have {
  name: string;
  forwarding?: boolean;
  reason?: string;
  linux?: string;
  /** Destination MAC. */
  to?: string;
  frames(source: string, source6: string): Uint8Array[] | Uint8Array;
  type?: number;
}

function at(type: number, have: Have): HostCase {
  const number = 10 + senders++;
  const made = have.frames(`10.9.0.${number}`, `2001:db8:a::${number.toString(16)}`);
  const packets = Array.isArray(made) ? made : [made];
  return {
    name: have.name,
    forwarding: have.forwarding ?? true,
    port: 0,
    frames: packets.map((packet) => ethernet(have.to ?? HOST_A, FAR, have.type ?? type, packet)),
    ...(have.reason !== undefined && { reason: have.reason }),
    ...(have.linux !== undefined && { linux: have.linux }),
  };
}

const v4 = (have: Have) => at(IP, have);
const v6 = (have: Have) => at(IPV6, have);

const datagram4 = (fields: Partial<Ipv4Fields> & { source: string }, dport = 5000, length = 32, wrong = 0) =>
  sealed(ipv4({ destination: ROUTER, protocol: UDP, ...fields }, udp(4000, dport, filler(length))), wrong);

const datagram6 = (fields: Partial<Ipv6Fields> & { source: string }, dport = 5000, length = 32, wrong = 0) =>
  sealed(ipv6({ destination: ROUTER6, next: UDP, ...fields }, udp(4000, dport, filler(length))), wrong);

const echo4 = (fields: Partial<Ipv4Fields> & { source: string }, length = 32, type = 8) =>
  ipv4({ destination: ROUTER, protocol: ICMP, ...fields }, icmp(type, 0, 0x0007_0001, filler(length)));

const echo6 = (fields: Partial<Ipv6Fields> & { source: string }, length = 32, type = 128) =>
  sealed(ipv6({ destination: ROUTER6, next: ICMPV6, ...fields }, icmpv6(type, 0, 0x0007_0001, filler(length))));

/** The pieces of `packet`'s payload from `start` up to `end`; `more`: others follow. */
function piece4(packet: Uint8Array, start: number, end: number, more: boolean, flags = 0): Uint8Array {
  const payload = packet.slice(20 + start, 20 + end);
  const [source, destination] = [12, 16].map((offset) => packet.slice(offset, offset + 4).join(".")) as [
    string,
    string,
  ];
  const fragment = flags | (more ? 0x2000 : 0) | (start / 8);
  return ipv4({ source, destination, protocol: packet[9]!, id: 0x4242, fragment, tos: packet[1]! }, payload);
}

function piece6(packet: Uint8Array, start: number, end: number, more: boolean, next = packet[6]!): Uint8Array {
  const payload = packet.slice(40 + start, 40 + end);
  const offset = start | (more ? 1 : 0);
  const header = [next, 0, offset >> 8, offset & 255, 0, 0, 0x42, 0x42];
  const made = bytes(packet.slice(0, 40), header, payload);
  made[4] = (payload.length + 8) >> 8;
  made[5] = (payload.length + 8) & 255;
  made[6] = 44;
  return made;
}

/** `packet` with an extension header of `data` bytes before its payload. */
function extended(packet: Uint8Array, kind: number, data: readonly number[]): Uint8Array {
  const made = bytes(packet.slice(0, 40), [packet[6]!], data, packet.slice(40));
  made[4] = (made.length - 40) >> 8;
  made[5] = (made.length - 40) & 255;
  made[6] = kind;
  return made;
}

function solicitation(
  source: string,
  target: string,
  more: { destination?: string; hopLimit?: number; code?: number; options?: readonly number[] } = {},
): Uint8Array {
  const destination = more.destination ?? "ff02::1:ff00:1";
  const options = more.options ?? [1, 1, ...mac(FAR)];
  const message = icmpv6(135, more.code ?? 0, 0, bytes(ip(target), options));
  return sealed(ipv6({ source, destination, next: ICMPV6, hopLimit: more.hopLimit ?? 255 }, message));
}

const GROUP_MAC = "33:33:ff:00:00:01";

export const HOST_CASES: readonly HostCase[] = [
  // Echo.
  v4({ name: "echo to the host's address", frames: (source) => echo4({ source, tos: 0x28 }) }),
  v4({
    name: "echo to the address of another interface",
    frames: (source) => echo4({ source, destination: "10.9.1.1" }),
  }),
  v4({ name: "echo in a broadcast frame", to: BROADCAST, frames: (source) => echo4({ source }) }),
  v4({
    name: "echo to the network's broadcast address",
    to: BROADCAST,
    frames: (source) => echo4({ source, destination: "10.9.0.255" }),
    reason: "INVALID_PROTO",
  }),
  v4({ name: "echo without payload", frames: (source) => echo4({ source }, 0) }),
  v4({ name: "echo with padding behind it", frames: (source) => bytes(echo4({ source }, 4), new Uint8Array(14)) }),
  v4({
    name: "echo with a wrong ICMP checksum",
    frames: (source) => {
      const packet = echo4({ source });
      packet[22]! ^= 1;
      return packet;
    },
    reason: "ICMP_CSUM",
  }),
  v4({ name: "echo reply that nobody asked for", frames: (source) => echo4({ source }, 8, 0), reason: "NO_SOCKET" }),
  v4({
    name: "unknown ICMP type",
    frames: (source) => echo4({ source }, 8, 77),
    reason: "UNHANDLED_PROTO",
  }),
  // UDP.
  v4({ name: "datagram for a socket", frames: (source) => datagram4({ source }) }),
  v4({ name: "unknown port", frames: (source) => datagram4({ source, tos: 0xb8 }, 9), reason: "NO_SOCKET" }),
  v4({ name: "unknown port, long datagram", frames: (source) => datagram4({ source }, 9, 1400), reason: "NO_SOCKET" }),
  v4({
    name: "unknown port in a broadcast frame",
    to: BROADCAST,
    frames: (source) => datagram4({ source }, 9),
    reason: "NO_SOCKET",
  }),
  v4({
    name: "unknown port with a wrong checksum",
    frames: (source) => datagram4({ source }, 9, 32, 1),
    reason: "UDP_CSUM",
  }),
  v4({
    name: "UDP length beyond the packet",
    frames: (source) => {
      const packet = datagram4({ source }, 9);
      packet[25] = 200;
      return packet;
    },
    reason: "PKT_TOO_SMALL",
  }),
  v4({
    name: "unknown protocol",
    frames: (source) => ipv4({ source, destination: ROUTER, protocol: 253 }, filler(40)),
    reason: "IP_NOPROTO",
  }),
  // The IPv4 header.
  v4({ name: "wrong header checksum", frames: (source) => datagram4({ source, wrong: 1 }), reason: "IP_CSUM" }),
  v4({ name: "version 5", frames: (source) => datagram4({ source, version: 5 }), reason: "IP_INHDR" }),
  v4({
    name: "shorter than an IP header",
    frames: (source) => datagram4({ source }).slice(0, 19),
    reason: "IP_INHDR",
  }),
  v4({
    name: "total length beyond the frame",
    frames: (source) => datagram4({ source, totalLength: 500 }),
    reason: "PKT_TOO_SMALL",
  }),
  v4({
    name: "total length below the header",
    frames: (source) => datagram4({ source, totalLength: 16 }),
    reason: "IP_INHDR",
  }),
  v4({
    name: "another host's MAC",
    to: "02:00:00:00:00:cc",
    frames: (source) => echo4({ source }),
    reason: "OTHERHOST",
  }),
  v4({ name: "group source", frames: () => datagram4({ source: "224.0.0.5" }), reason: "IP_INVALID_SOURCE" }),
  v4({ name: "zero source", frames: () => datagram4({ source: "0.0.0.0" }), reason: "IP_INVALID_SOURCE" }),
  v4({ name: "loopback source", frames: () => datagram4({ source: "127.0.0.9" }), reason: "IP_LOCALNET" }),
  v4({
    name: "loopback destination",
    frames: (source) => datagram4({ source, destination: "127.0.0.1" }),
    reason: "IP_LOCALNET",
  }),
  v4({
    name: "zero destination",
    frames: (source) => datagram4({ source, destination: "0.0.0.0" }),
    reason: "IP_INVALID_DEST",
  }),
  v4({
    name: "destination of network zero",
    frames: (source) => datagram4({ source, destination: "0.0.0.1" }),
    reason: "IP_INNOROUTES",
  }),
  v4({ name: "own source", frames: () => datagram4({ source: ROUTER }), reason: "IP_LOCAL_SOURCE" }),
  v4({
    name: "group that nobody has joined",
    to: "01:00:5e:01:02:03",
    frames: (source) => datagram4({ source, destination: "239.1.2.3" }),
    reason: "IP_NOT_MEMBER",
  }),
  v4({
    name: "all hosts",
    to: "01:00:5e:00:00:01",
    frames: (source) => datagram4({ source, destination: "224.0.0.1" }, 9),
    reason: "MCAST_NO_SOCKET",
  }),
  v4({
    name: "class E destination",
    frames: (source) => datagram4({ source, destination: "241.1.2.3" }),
    reason: "IP_INNOROUTES",
  }),
  v4({ name: "router alert option", frames: (source) => echo4({ source, options: [0x94, 4, 0, 0] }) }),
  v4({ name: "malformed option", frames: (source) => echo4({ source, options: [7, 40, 4, 0] }), reason: "IP_INHDR" }),
  v4({
    name: "source route",
    frames: (source) => echo4({ source, options: [131, 7, 4, 10, 9, 1, 2, 0] }),
    reason: "IP_SOURCE_ROUTE",
  }),
  // Forwarding.
  v4({ name: "forwarded", frames: (source) => datagram4({ source, destination: "10.9.1.2", tos: 0x10 }) }),
  v4({ name: "forwarded with TTL 2", frames: (source) => datagram4({ source, destination: "10.9.1.2", ttl: 2 }) }),
  v4({ name: "TTL 1", frames: (source) => datagram4({ source, destination: "10.9.1.2", ttl: 1 }), reason: "IP_INHDR" }),
  v4({
    name: "TTL 1 and too big",
    frames: (source) => datagram4({ source, destination: "10.9.1.2", ttl: 1, fragment: 0x4000 }, 9, 1450),
    reason: "IP_INHDR",
  }),
  v4({
    name: "TTL 1 and no route",
    frames: (source) => datagram4({ source, destination: "10.7.0.1", ttl: 1 }),
    reason: "IP_INNOROUTES",
  }),
  v4({ name: "no route", frames: (source) => datagram4({ source, destination: "10.7.0.1" }), reason: "IP_INNOROUTES" }),
  v4({
    name: "no route, many times",
    frames: (source) => Array(6).fill(datagram4({ source, destination: "10.7.0.1" })),
    reason: "IP_INNOROUTES",
  }),
  v4({
    name: "unknown port, many times",
    frames: (source) => Array(9).fill(datagram4({ source }, 9)),
    reason: "NO_SOCKET",
  }),
  v4({
    name: "too big with DF",
    frames: (source) => datagram4({ source, destination: "10.9.1.2", fragment: 0x4000 }, 9, 1450),
    reason: "PKT_TOO_BIG",
  }),
  v4({ name: "too big without DF", frames: (source) => datagram4({ source, destination: "10.9.1.2" }, 9, 1450) }),
  v4({
    name: "too big without DF, with options",
    frames: (source) =>
      datagram4({ source, destination: "10.9.1.2", options: [1, 0x94, 4, 0, 0, 0x1e, 6, 1, 2, 3, 4, 1] }, 9, 1440),
  }),
  v4({
    name: "a fragment that is too big",
    frames: (source) => datagram4({ source, destination: "10.9.1.2", fragment: 0x2010 }, 9, 1448),
  }),
  v4({
    name: "forwarded in a broadcast frame",
    to: BROADCAST,
    frames: (source) => datagram4({ source, destination: "10.9.1.2" }),
    reason: "FORWARD_NOT_UNICAST",
  }),
  v4({ name: "back by the same interface", frames: (source) => datagram4({ source, destination: "10.8.0.1" }) }),
  v4({
    name: "back by the same interface, to a neighbour",
    frames: (source) => datagram4({ source, destination: "10.9.0.200" }),
  }),
  v4({
    name: "back by the same interface, six times",
    frames: (source) => Array(6).fill(datagram4({ source, destination: "10.8.0.1" })),
  }),
  v4({
    name: "time exceeded about an ICMP echo",
    frames: (source) => echo4({ source, destination: "10.9.1.2", ttl: 1 }),
    reason: "IP_INHDR",
  }),
  v4({
    name: "no error about an ICMP error",
    frames: (source) => echo4({ source, destination: "10.9.1.2", ttl: 1 }, 32, 3),
    reason: "IP_INHDR",
  }),
  v4({
    name: "no error about a later fragment",
    frames: (source) => datagram4({ source, destination: "10.9.1.2", ttl: 1, fragment: 5 }),
    reason: "IP_INHDR",
  }),
  v4({
    name: "directed broadcast of another network",
    frames: (source) => datagram4({ source, destination: "10.9.1.255" }, 9),
    reason: "MCAST_NO_SOCKET",
  }),
  v4({
    name: "not for this host, which does not forward",
    forwarding: false,
    frames: (source) => datagram4({ source, destination: "10.9.1.2" }),
    reason: "IP_INADDRERRORS",
  }),
  v4({
    name: "no route on a host that does not forward",
    forwarding: false,
    frames: (source) => datagram4({ source, destination: "10.7.0.1" }),
    reason: "IP_INADDRERRORS",
  }),
  // Fragments.
  v4({
    name: "fragments in order",
    frames: (source) => {
      const whole = echo4({ source }, 192);
      return [piece4(whole, 0, 104, true), piece4(whole, 104, 200, false)];
    },
  }),
  v4({
    name: "fragments out of order",
    frames: (source) => {
      const whole = echo4({ source, tos: 2 }, 192);
      return [piece4(whole, 104, 200, false), piece4(whole, 48, 104, true), piece4(whole, 0, 48, true)];
    },
  }),
  v4({
    name: "a fragment twice",
    frames: (source) => {
      const whole = echo4({ source }, 192);
      return [piece4(whole, 0, 104, true), piece4(whole, 0, 104, true)];
    },
    reason: "DUP_FRAG",
  }),
  v4({
    name: "part of fragments that came in order",
    frames: (source) => {
      const whole = echo4({ source }, 192);
      return [piece4(whole, 0, 48, true), piece4(whole, 48, 104, true), piece4(whole, 40, 64, true)];
    },
    reason: "DUP_FRAG",
  }),
  v4({
    name: "part of fragments that came out of order",
    frames: (source) => {
      const whole = echo4({ source }, 192);
      return [piece4(whole, 48, 104, true), piece4(whole, 0, 48, true), piece4(whole, 40, 64, true)];
    },
    reason: "FRAG_OVERLAP",
  }),
  v4({
    name: "overlapping fragments, then the rest",
    frames: (source) => {
      const whole = echo4({ source }, 192);
      return [piece4(whole, 0, 104, true), piece4(whole, 96, 200, false), piece4(whole, 104, 200, false)];
    },
    reason: "FRAG_OVERLAP",
  }),
  v4({
    name: "fragments that disagree about the end",
    frames: (source) => {
      const whole = echo4({ source }, 192);
      return [piece4(whole, 104, 200, false), piece4(whole, 104, 192, false)];
    },
    reason: "FRAG_OVERLAP",
  }),
  v4({
    name: "an empty fragment",
    frames: (source) => piece4(echo4({ source }, 192), 104, 104, true),
    reason: "FRAG_OVERLAP",
  }),
  v4({
    name: "a fragment whose length is no multiple of eight",
    frames: (source) => {
      const whole = echo4({ source }, 192);
      return [piece4(whole, 0, 108, true), piece4(whole, 104, 200, false)];
    },
  }),
  v4({
    name: "fragments that leave a gap",
    frames: (source) => {
      const whole = echo4({ source }, 192);
      return [piece4(whole, 0, 96, true), piece4(whole, 104, 200, false)];
    },
  }),
  v4({
    name: "a fragment beyond the largest packet",
    frames: (source) => {
      const whole = echo4({ source }, 1400);
      const far = piece4(whole, 0, 1400, false);
      far[6] = 0x1f;
      far[7] = 0xff;
      far[10] = 0;
      far[11] = 0;
      return [piece4(whole, 0, 104, true), sealedHeader(far)];
    },
  }),
  v4({
    name: "fragments with contradicting ECN",
    // Counted as consumed.
    linux: "none",
    frames: (source) => {
      const whole = echo4({ source, tos: 2 }, 192);
      const first = piece4(whole, 0, 104, true);
      whole[1] = 0;
      return [first, piece4(whole, 104, 200, false)];
    },
    reason: "FRAG_OVERLAP",
  }),
  // ARP.
  at(ARP, {
    name: "ARP request",
    to: BROADCAST,
    frames: (sender) => arp({ operation: 1, senderMac: FAR, sender, target: ROUTER }),
  }),
  at(ARP, {
    name: "ARP request for another interface's address",
    to: BROADCAST,
    frames: (sender) => arp({ operation: 1, senderMac: FAR, sender, target: "10.9.1.1" }),
  }),
  at(ARP, {
    name: "ARP request for somebody else",
    to: BROADCAST,
    frames: (sender) => arp({ operation: 1, senderMac: FAR, sender, target: "10.9.0.77" }),
  }),
  at(ARP, {
    name: "ARP probe",
    to: BROADCAST,
    frames: () => arp({ operation: 1, senderMac: FAR, sender: "0.0.0.0", target: ROUTER }),
  }),
  at(ARP, {
    name: "ARP request from the host's own address",
    to: BROADCAST,
    frames: () => arp({ operation: 1, senderMac: FAR, sender: ROUTER, target: ROUTER }),
  }),
  at(ARP, {
    name: "ARP request with hardware type IEEE 802",
    to: BROADCAST,
    frames: (sender) => arp({ operation: 1, senderMac: FAR, sender, target: ROUTER, hardware: 6 }),
  }),
  at(ARP, {
    name: "ARP request with another hardware type",
    to: BROADCAST,
    frames: (sender) => arp({ operation: 1, senderMac: FAR, sender, target: ROUTER, hardware: 7 }),
    reason: "ARP_MALFORMED",
  }),
  at(ARP, { name: "ARP cut short", to: BROADCAST, frames: () => new Uint8Array(20), reason: "PKT_TOO_SMALL" }),
  at(ARP, {
    name: "ARP for another host's MAC",
    to: "02:00:00:00:00:cc",
    frames: (sender) => arp({ operation: 1, senderMac: FAR, sender, target: ROUTER }),
  }),
  at(0x88cc, { name: "unknown ethertype", frames: () => filler(46), reason: "UNHANDLED_PROTO" }),
  at(0x0026, {
    name: "IEEE 802.2 frame",
    // Where the llc module is loaded it takes the frame and drops it without a reason.
    linux: "varies",
    frames: () => filler(46),
    reason: "UNHANDLED_PROTO",
  }),
  at(0x8100, {
    name: "VLAN tag that nobody has a device for",
    frames: (source) => bytes([0, 5, 8, 0], echo4({ source })),
    reason: "OTHERHOST",
  }),
  at(0x8100, { name: "priority tag", frames: (source) => bytes([0x60, 0, 8, 0], echo4({ source })) }),
  // IPv6: echo, UDP, protocols.
  v6({ name: "v6 echo", frames: (_, source) => echo6({ source, trafficClass: 0x28 }) }),
  v6({
    name: "v6 echo to another interface's address",
    frames: (_, source) => echo6({ source, destination: "2001:db8:b::1" }),
  }),
  v6({
    name: "v6 echo to all nodes",
    to: "33:33:00:00:00:01",
    frames: (_, source) => echo6({ source, destination: "ff02::1" }),
  }),
  v6({
    name: "v6 echo to all routers",
    to: "33:33:00:00:00:02",
    frames: (_, source) => echo6({ source, destination: "ff02::2" }),
  }),
  v6({
    name: "v6 echo to the subnet-router anycast address",
    frames: (_, source) => echo6({ source, destination: "2001:db8:a::" }),
  }),
  v6({
    name: "v6 echo between link-local addresses",
    frames: () => echo6({ source: "fe80::2", destination: "fe80::ff:fe00:a1" }),
  }),
  v6({
    name: "v6 echo with a wrong checksum",
    frames: (_, source) => {
      const packet = echo6({ source });
      packet[42]! ^= 1;
      return packet;
    },
    reason: "ICMP_CSUM",
  }),
  v6({
    name: "v6 echo reply that nobody asked for",
    frames: (_, source) => echo6({ source }, 8, 129),
    reason: "NO_SOCKET",
  }),
  v6({
    name: "v6 unknown informational type",
    frames: (_, source) => echo6({ source }, 8, 222),
    reason: "ICMPV6_UNKNOWN",
  }),
  v6({ name: "v6 datagram for a socket", frames: (_, source) => datagram6({ source }) }),
  v6({
    name: "v6 unknown port",
    frames: (_, source) => datagram6({ source, trafficClass: 0xb8 }, 9),
    reason: "NO_SOCKET",
  }),
  v6({
    name: "v6 unknown port, long datagram",
    frames: (_, source) => datagram6({ source }, 9, 1400),
    reason: "NO_SOCKET",
  }),
  v6({
    name: "v6 unknown port, many times",
    frames: (_, source) => Array(9).fill(datagram6({ source }, 9)),
    reason: "NO_SOCKET",
  }),
  v6({
    name: "v6 unknown port at a group",
    to: "33:33:00:00:00:01",
    frames: (_, source) => datagram6({ source, destination: "ff02::1" }, 9),
    reason: "MCAST_NO_SOCKET",
  }),
  v6({ name: "v6 wrong UDP checksum", frames: (_, source) => datagram6({ source }, 5000, 32, 1), reason: "UDP_CSUM" }),
  v6({
    name: "v6 without UDP checksum",
    frames: (_, source) => {
      const packet = datagram6({ source });
      packet[46] = 0;
      packet[47] = 0;
      return packet;
    },
    reason: "UDP_CSUM",
  }),
  v6({
    name: "v6 unknown protocol",
    frames: (_, source) => ipv6({ source, destination: ROUTER6, next: 253 }, filler(40)),
    reason: "IP_NOPROTO",
  }),
  v6({
    name: "v6 no next header",
    frames: (_, source) => ipv6({ source, destination: ROUTER6, next: 59 }, filler(8)),
    reason: "IPV6_NO_NEXT_HEADER",
  }),
  // IPv6: the header and forwarding.
  v6({
    name: "v6 payload length beyond the frame",
    frames: (_, source) => ipv6({ source, destination: ROUTER6, next: UDP, payloadLength: 100 }, filler(8)),
    reason: "PKT_TOO_SMALL",
  }),
  v6({
    name: "v6 shorter than a header",
    frames: (_, source) => echo6({ source }).slice(0, 39),
    reason: "IP_INHDR",
  }),
  v6({
    name: "v6 frame with version 4",
    frames: (_, source) => {
      const packet = echo6({ source });
      packet[0] = 0x40;
      return packet;
    },
    reason: "UNHANDLED_PROTO",
  }),
  v6({ name: "v6 group source", frames: () => datagram6({ source: "ff02::7" }), reason: "IP_INHDR" }),
  v6({ name: "v6 loopback source", frames: () => datagram6({ source: "::1" }), reason: "IP_INHDR" }),
  v6({
    name: "v6 loopback destination",
    frames: (_, source) => datagram6({ source, destination: "::1" }),
    reason: "IP_INHDR",
  }),
  v6({
    name: "v6 group that nobody has joined",
    to: "33:33:00:00:12:34",
    frames: (_, source) => datagram6({ source, destination: "ff02::1234" }),
    reason: "IP_NOT_MEMBER",
  }),
  v6({
    name: "v6 group of interface scope",
    to: "33:33:00:00:00:01",
    frames: (_, source) => datagram6({ source, destination: "ff01::1" }),
    reason: "IP_INHDR",
  }),
  v6({ name: "v6 forwarded", frames: (_, source) => datagram6({ source, destination: "2001:db8:b::2" }) }),
  v6({
    name: "v6 hop limit 1",
    frames: (_, source) => datagram6({ source, destination: "2001:db8:b::2", hopLimit: 1 }),
    reason: "IP_INHDR",
  }),
  v6({
    name: "v6 no route",
    frames: (_, source) => datagram6({ source, destination: "2001:db8:77::1" }),
    reason: "IP_INNOROUTES",
  }),
  v6({
    name: "v6 no route and hop limit 1",
    frames: (_, source) => datagram6({ source, destination: "2001:db8:77::1", hopLimit: 1 }),
    reason: "IP_INNOROUTES",
  }),
  v6({
    name: "v6 no route on a host that does not forward",
    forwarding: false,
    frames: (_, source) => datagram6({ source, destination: "2001:db8:77::1" }),
    reason: "IP_INNOROUTES",
  }),
  v6({
    name: "v6 not for this host, which does not forward",
    forwarding: false,
    frames: (_, source) => datagram6({ source, destination: "2001:db8:b::2" }),
    reason: "IP_INADDRERRORS",
  }),
  v6({
    name: "v6 too big",
    frames: (_, source) => datagram6({ source, destination: "2001:db8:b::2" }, 9, 1400),
    reason: "PKT_TOO_BIG",
  }),
  v6({
    name: "v6 forwarded in a broadcast frame",
    to: BROADCAST,
    frames: (_, source) => datagram6({ source, destination: "2001:db8:b::2" }),
    reason: "FORWARD_NOT_UNICAST",
  }),
  v6({
    name: "v6 link-local source beyond its link",
    frames: () => datagram6({ source: "fe80::2", destination: "2001:db8:b::2" }),
    reason: "IP_INADDRERRORS",
  }),
  v6({
    name: "v6 no error about an error",
    frames: (_, source) => echo6({ source, destination: "2001:db8:b::2", hopLimit: 1 }, 32, 1),
    reason: "IP_INHDR",
  }),
  v6({
    name: "v6 hop limit 1 of an echo",
    frames: (_, source) => echo6({ source, destination: "2001:db8:b::2", hopLimit: 1 }),
    reason: "IP_INHDR",
  }),
  // IPv6: extension headers.
  v6({ name: "v6 hop-by-hop padding", frames: (_, source) => extended(echo6({ source }), 0, [0, 1, 4, 0, 0, 0, 0]) }),
  v6({
    name: "v6 destination options padding",
    frames: (_, source) => extended(echo6({ source }), 60, [0, 1, 4, 0, 0, 0, 0]),
  }),
  v6({
    name: "v6 unknown option to skip",
    frames: (_, source) => extended(echo6({ source }), 60, [0, 0x1e, 4, 0, 0, 0, 0]),
  }),
  v6({
    name: "v6 unknown option to drop",
    frames: (_, source) => extended(echo6({ source }), 60, [0, 0x5e, 4, 0, 0, 0, 0]),
    reason: "UNHANDLED_PROTO",
  }),
  v6({
    name: "v6 unknown option to answer",
    frames: (_, source) => extended(echo6({ source }), 60, [0, 0x9e, 4, 0, 0, 0, 0]),
    reason: "UNHANDLED_PROTO",
  }),
  v6({
    name: "v6 unknown hop-by-hop option to answer",
    frames: (_, source) => extended(echo6({ source }), 0, [0, 0x9e, 4, 0, 0, 0, 0]),
    reason: "UNHANDLED_PROTO",
  }),
  v6({
    name: "v6 unknown option to answer, at a group",
    to: "33:33:00:00:00:01",
    frames: (_, source) => extended(echo6({ source, destination: "ff02::1" }), 60, [0, 0x9e, 4, 0, 0, 0, 0]),
    reason: "UNHANDLED_PROTO",
  }),
  v6({
    name: "v6 padding that is not zero",
    frames: (_, source) => extended(echo6({ source }), 60, [0, 1, 4, 0, 1, 0, 0]),
    reason: "IP_INHDR",
  }),
  v6({
    name: "v6 option beyond its header",
    frames: (_, source) => extended(echo6({ source }), 60, [0, 0x1e, 9, 0, 0, 0, 0]),
    reason: "IP_INHDR",
  }),
  v6({
    name: "v6 extension header beyond the packet",
    frames: (_, source) => extended(echo6({ source }), 60, [40, 1, 4, 0, 0, 0, 0]),
    reason: "IPV6_TRUNCATED_EXTHDR",
  }),
  v6({
    name: "v6 hop-by-hop header beyond the packet",
    frames: (_, source) => extended(echo6({ source }), 0, [40, 1, 4, 0, 0, 0, 0]),
    reason: "IPV6_TRUNCATED_EXTHDR",
  }),
  v6({
    name: "v6 routing header that is used up",
    frames: (_, source) => extended(echo6({ source }), 43, [0, 0, 0, 0, 0, 0, 0]),
  }),
  v6({
    name: "v6 routing header of type 0",
    frames: (_, source) => extended(echo6({ source }), 43, [0, 0, 1, 0, 0, 0, 0]),
    reason: "IPV6_ROUTING_HEADER",
  }),
  v6({
    name: "v6 segment routing header",
    frames: (_, source) => extended(echo6({ source }), 43, [0, 4, 0, 0, 0, 0, 0]),
    reason: "IPV6_ROUTING_HEADER",
  }),
  v6({
    name: "v6 hop-by-hop header that is not the first",
    frames: (_, source) => extended(extended(echo6({ source }), 0, [0, 1, 4, 0, 0, 0, 0]), 60, [0, 1, 4, 0, 0, 0, 0]),
    reason: "IP_NOPROTO",
  }),
  // IPv6: fragments.
  v6({ name: "v6 atomic fragment", frames: (_, source) => piece6(echo6({ source }), 0, 40, false) }),
  v6({
    name: "v6 fragments out of order",
    // The fragments' buffers, once their datagram is delivered.
    linux: "NOT_SPECIFIED",
    frames: (_, source) => {
      const whole = echo6({ source }, 192);
      return [piece6(whole, 104, 200, false), piece6(whole, 0, 104, true)];
    },
  }),
  v6({
    name: "v6 overlapping fragments, then the rest",
    frames: (_, source) => {
      const whole = echo6({ source }, 192);
      return [piece6(whole, 0, 104, true), piece6(whole, 96, 200, false), piece6(whole, 104, 200, false)];
    },
    reason: "FRAG_OVERLAP",
  }),
  v6({
    name: "v6 fragment twice",
    frames: (_, source) => {
      const whole = echo6({ source }, 192);
      return [piece6(whole, 0, 104, true), piece6(whole, 0, 104, true)];
    },
    reason: "DUP_FRAG",
  }),
  v6({
    name: "v6 fragment whose length is no multiple of eight",
    frames: (_, source) => piece6(echo6({ source }, 192), 0, 108, true),
    reason: "IPV6_FRAG_MALFORMED",
  }),
  v6({
    name: "v6 first fragment without its transport header",
    frames: (_, source) => piece6(echo6({ source }, 192), 0, 8, true, 6),
    reason: "IPV6_FRAG_MALFORMED",
  }),
  v6({
    name: "v6 fragment beyond the largest packet",
    frames: (_, source) => {
      const far = piece6(echo6({ source }, 192), 0, 192, false);
      far[42] = 0xff;
      far[43] = 0xf8;
      return far;
    },
    reason: "IPV6_FRAG_MALFORMED",
  }),
  // Neighbour discovery.
  v6({ name: "neighbour solicitation", to: GROUP_MAC, frames: (_, source) => solicitation(source, ROUTER6) }),
  v6({
    name: "neighbour solicitation to the address itself",
    frames: (_, source) => solicitation(source, ROUTER6, { destination: ROUTER6 }),
  }),
  v6({
    name: "neighbour solicitation for the link-local address",
    to: "33:33:ff:00:00:a1",
    frames: () => solicitation("fe80::2", "fe80::ff:fe00:a1", { destination: "ff02::1:ff00:a1" }),
  }),
  v6({
    name: "neighbour solicitation without option",
    frames: (_, source) => solicitation(source, ROUTER6, { destination: ROUTER6, options: [] }),
  }),
  v6({
    name: "duplicate address detection",
    // Answered all the same.
    linux: "NOT_SPECIFIED",
    to: GROUP_MAC,
    frames: () => solicitation("::", ROUTER6, { options: [] }),
  }),
  v6({
    name: "duplicate address detection with an option",
    to: GROUP_MAC,
    frames: () => solicitation("::", ROUTER6),
    reason: "NDISC_MALFORMED",
  }),
  v6({
    name: "neighbour solicitation for another interface's address",
    to: GROUP_MAC,
    frames: (_, source) => solicitation(source, "2001:db8:b::1"),
    reason: "IPV6_NDISC_NS_OTHERHOST",
  }),
  v6({
    name: "neighbour solicitation for the anycast address",
    frames: (_, source) => solicitation(source, "2001:db8:a::", { destination: "ff02::1:ff00:0" }),
  }),
  v6({
    name: "neighbour solicitation that was forwarded",
    to: GROUP_MAC,
    frames: (_, source) => solicitation(source, ROUTER6, { hopLimit: 254 }),
    reason: "IPV6_NDISC_HOP_LIMIT",
  }),
  v6({
    name: "neighbour solicitation with a code",
    to: GROUP_MAC,
    frames: (_, source) => solicitation(source, ROUTER6, { code: 1 }),
    reason: "IPV6_NDISC_BAD_CODE",
  }),
  v6({
    name: "neighbour solicitation with an empty option",
    to: GROUP_MAC,
    frames: (_, source) => solicitation(source, ROUTER6, { options: [1, 0, 0, 0, 0, 0, 0, 0] }),
    reason: "IPV6_NDISC_BAD_OPTIONS",
  }),
  v6({
    name: "neighbour solicitation for a group",
    to: GROUP_MAC,
    frames: (_, source) => solicitation(source, "ff02::1"),
    reason: "NDISC_MALFORMED",
  }),
  v6({
    name: "neighbour solicitation in a fragment",
    to: GROUP_MAC,
    frames: (_, source) => piece6(solicitation(source, ROUTER6), 0, 32, false),
    reason: "IPV6_NDISC_FRAG",
  }),
];

/** `packet` with its IPv4 header checksum computed anew. */
function sealedHeader(packet: Uint8Array): Uint8Array {
  const [source, destination] = [12, 16].map((offset) => packet.slice(offset, offset + 4).join(".")) as [
    string,
    string,
  ];
  const fragment = (packet[6]! << 8) | packet[7]!;
  return ipv4({ source, destination, protocol: packet[9]!, id: 0x4242, fragment }, packet.slice(20));
}
