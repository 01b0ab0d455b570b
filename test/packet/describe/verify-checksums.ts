import { crc32c } from "../../../src/packet/crc32c.ts";

export interface ChecksumVerdict {
  readonly what: string;
  readonly isRight: boolean;
}

/** Walks the headers of a packet as a receiver does and verifies each checksum on the way. */
export function checksumsOf(packet: Uint8Array, begins: "ether" | "ipv4" | "ipv6"): ChecksumVerdict[] {
  const view = new DataView(packet.buffer, packet.byteOffset, packet.length);
  const verdicts: ChecksumVerdict[] = [];
  const judge = (what: string, isRight: boolean) => verdicts.push({ what, isRight });
  const slice = (from: number, to: number) => [...packet.subarray(from, to)];

  const frame = (at: number) => ethertype(view.getUint16(at + 12), at + 14);

  const ethertype = (type: number, at: number): void => {
    if (type <= 1500) ethertype(view.getUint16(at + 6), at + 8);
    else if (type === 0x8100 || type === 0x88a8) ethertype(view.getUint16(at + 2), at + 4);
    else if (type === 0x8847 && (packet[at + 2]! & 1) === 0) ethertype(type, at + 4);
    else if (type === 0x8847) ethertype(packet[at + 4]! >>> 4 === 6 ? 0x86dd : 0x0800, at + 4);
    else if (type === 0x0800) ipv4(at);
    else if (type === 0x86dd) ipv6(at);
    else if (type === 0x6558) frame(at);
  };

  const ipv4 = (at: number) => {
    const header = (packet[at]! & 0xf) * 4;
    judge("IPv4 header", ones(slice(at, at + header)) === 0xffff);
    transport(packet[at + 9]!, at + header, at + view.getUint16(at + 2), slice(at + 12, at + 20));
  };

  const ipv6 = (at: number) => {
    const end = at + 40 + view.getUint16(at + 4);
    const source = slice(at + 8, at + 24);
    let destination = slice(at + 24, at + 40);
    let next = packet[at + 6]!;
    let here = at + 40;
    while ([0, 43, 44, 60].includes(next)) {
      const length = next === 44 ? 8 : (packet[here + 1]! + 1) * 8;
      if (next === 43 && packet[here + 3]! > 0) {
        const last = packet[here + 2] === 4 ? here + 8 : here + length - 16;
        destination = slice(last, last + 16);
      }
      next = packet[here]!;
      here += length;
    }
    transport(next, here, end, [...source, ...destination]);
  };

  const transport = (protocol: number, at: number, end: number, addresses: readonly number[]): void => {
    const length = end - at;
    const message = slice(at, end);
    const pseudo = [...addresses, length >>> 24, length >>> 16, length >>> 8, length].map((byte) => byte & 0xff);
    switch (protocol) {
      case 1:
      case 2:
        judge("ICMP or IGMP", ones(message) === 0xffff);
        break;
      case 4:
        ipv4(at);
        break;
      case 41:
        ipv6(at);
        break;
      case 17:
        judge("UDP is not without", view.getUint16(at + 6) !== 0);
        judge("UDP", ones([...pseudo, 0, 17, ...message]) === 0xffff);
        if (view.getUint16(at + 2) === 4789) frame(at + 16);
        break;
      case 6:
      case 58:
        judge("TCP or ICMPv6", ones([...pseudo, 0, protocol, ...message]) === 0xffff);
        break;
      case 47: {
        const flags = view.getUint16(at);
        if (flags & 0x8000) judge("GRE", ones(message) === 0xffff);
        const options = [0x8000, 0x2000, 0x1000].filter((bit) => flags & bit).length;
        ethertype(view.getUint16(at + 2), at + 4 + 4 * options);
        break;
      }
      case 132: {
        const blank = packet.slice(at, end).fill(0, 8, 12);
        judge("SCTP", view.getUint32(at + 8, true) === crc32c(blank, 0, blank.length));
        break;
      }
    }
  };

  if (begins === "ether") frame(0);
  else if (begins === "ipv4") ipv4(0);
  else ipv6(0);
  return verdicts;
}

/** One's-complement sum of the bytes as 16-bit words: 0xffff where the checksum among them is right. */
function ones(bytes: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 2) sum += (bytes[i]! << 8) + (bytes[i + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return sum;
}
