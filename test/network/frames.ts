import { checksumOf, sum16, transportChecksum } from "../../src/packet/checksum.ts";
import { set16, set32 } from "../../src/packet/wire.ts";

/* Builds frames byte by byte, so that tests can say exactly what is wrong with one. */

/** Bytes of "02:00:00:00:00:a1". */
export function mac(text: string): Uint8Array {
  return Uint8Array.from(text.split(":"), (part) => Number.parseInt(part, 16));
}

/** Bytes of an IPv4 address, or of an IPv6 address with at most one "::". */
export function ip(text: string): Uint8Array {
  if (!text.includes(":")) return Uint8Array.from(text.split("."), Number);
  const [left = "", right] = text.split("::");
  const groups = (part: string | undefined) => (part ? part.split(":").map((group) => Number.parseInt(group, 16)) : []);
  const [head, tail] = [groups(left), groups(right)];
  const all = right === undefined ? head : [...head, ...Array(8 - head.length - tail.length).fill(0), ...tail];
  return Uint8Array.from(all.flatMap((group) => [group >> 8, group & 255]));
}

export function bytes(...parts: (Uint8Array | readonly number[])[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** `length` bytes 0, 1, 2, ... */
export function filler(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => i & 255);
}

export function ethernet(destination: string, source: string, type: number, payload: Uint8Array): Uint8Array {
  return bytes(mac(destination), mac(source), [type >> 8, type & 255], payload);
}

export interface Ipv4Fields {
  source: string;
  destination: string;
  protocol: number;
  ttl?: number;
  tos?: number;
  id?: number;
  /** Flags and offset, 16 bits. */
  fragment?: number;
  options?: readonly number[];
  /** Added to the checksum. */
  wrong?: number;
  totalLength?: number;
  version?: number;
}

export function ipv4(fields: Ipv4Fields, payload: Uint8Array): Uint8Array {
  const options = fields.options ?? [];
  const header = 20 + options.length;
  const packet = bytes(new Uint8Array(20), options, payload);
  packet[0] = ((fields.version ?? 4) << 4) | (header / 4);
  packet[1] = fields.tos ?? 0;
  set16(packet, 2, fields.totalLength ?? packet.length);
  set16(packet, 4, fields.id ?? 0x1234);
  set16(packet, 6, fields.fragment ?? 0);
  packet[8] = fields.ttl ?? 64;
  packet[9] = fields.protocol;
  packet.set(ip(fields.source), 12);
  packet.set(ip(fields.destination), 16);
  set16(packet, 10, (checksumOf(sum16(packet, 0, header)) + (fields.wrong ?? 0)) & 0xffff);
  return packet;
}

export interface Ipv6Fields {
  source: string;
  destination: string;
  next: number;
  hopLimit?: number;
  trafficClass?: number;
  payloadLength?: number;
}

export function ipv6(fields: Ipv6Fields, payload: Uint8Array): Uint8Array {
  const packet = bytes(new Uint8Array(40), payload);
  set32(packet, 0, 0x6000_0000 | ((fields.trafficClass ?? 0) << 20));
  set16(packet, 4, fields.payloadLength ?? payload.length);
  packet[6] = fields.next;
  packet[7] = fields.hopLimit ?? 64;
  packet.set(ip(fields.source), 8);
  packet.set(ip(fields.destination), 24);
  return packet;
}

/** A UDP datagram whose checksum is still 0. */
export function udp(sport: number, dport: number, payload: Uint8Array): Uint8Array {
  const datagram = bytes(new Uint8Array(8), payload);
  set16(datagram, 0, sport);
  set16(datagram, 2, dport);
  set16(datagram, 4, datagram.length);
  return datagram;
}

/** An ICMP message with its checksum; `rest` is the four bytes behind it. */
export function icmp(type: number, code: number, rest: number, payload: Uint8Array): Uint8Array {
  const message = icmpv6(type, code, rest, payload);
  set16(message, 2, checksumOf(sum16(message, 0, message.length)));
  return message;
}

/** An ICMPv6 message whose checksum is still 0. */
export function icmpv6(type: number, code: number, rest: number, payload: Uint8Array): Uint8Array {
  const message = bytes([type, code, 0, 0, 0, 0, 0, 0], payload);
  set32(message, 4, rest);
  return message;
}

const CHECKSUM_AT: Readonly<Record<number, number>> = { 6: 16, 17: 6, 58: 2 };

/** Fills in the transport checksum of an IP packet without extension headers; `wrong` is added to it. */
export function sealed(packet: Uint8Array, wrong = 0): Uint8Array {
  const family = packet[0]! >> 4 === 4 ? 4 : 6;
  const start = family === 4 ? (packet[0]! & 15) * 4 : 40;
  const protocol = packet[family === 4 ? 9 : 6]!;
  const at = start + CHECKSUM_AT[protocol]!;
  set16(packet, at, 0);
  const checksum = transportChecksum(packet, family, 0, protocol, start, packet.length - start);
  set16(packet, at, ((checksum || 0xffff) + wrong) & 0xffff);
  return packet;
}

export interface ArpFields {
  operation: number;
  senderMac: string;
  sender: string;
  targetMac?: string;
  target: string;
  hardware?: number;
}

export function arp(fields: ArpFields): Uint8Array {
  return bytes(
    [0, fields.hardware ?? 1, 8, 0, 6, 4, 0, fields.operation],
    mac(fields.senderMac),
    ip(fields.sender),
    mac(fields.targetMac ?? "00:00:00:00:00:00"),
    ip(fields.target),
  );
}

export function hex(frame: Uint8Array): string {
  return Buffer.from(frame).toString("hex");
}
