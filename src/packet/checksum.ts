/** Where a family's addresses stand in its header, and how long one is. */
export const ADDRESSES = {
  4: { source: 12, destination: 16, length: 4 },
  6: { source: 8, destination: 24, length: 16 },
} as const;

/** One's-complement sum of `length` bytes at `start` as 16-bit words (RFC 1071), not folded; an odd last byte counts as a high one. */
export function sum16(bytes: Uint8Array, start: number, length: number, initial = 0): number {
  let sum = initial;
  const even = start + (length & ~1);
  let i = start;
  // Four words a turn: this loop is most of what a packet costs.
  for (; i + 8 <= even; i += 8)
    sum +=
      ((bytes[i]! + bytes[i + 2]! + bytes[i + 4]! + bytes[i + 6]!) << 8) +
      (bytes[i + 1]! + bytes[i + 3]! + bytes[i + 5]! + bytes[i + 7]!);
  for (; i < even; i += 2) sum += (bytes[i]! << 8) | bytes[i + 1]!;
  if ((length & 1) !== 0) sum += bytes[i]! << 8;
  return sum;
}

/** The 16-bit checksum of a sum: folded and inverted. A correct message, summed with its checksum, gives 0. */
export function checksumOf(sum: number): number {
  let folded = sum;
  while (folded > 0xffff) folded = (folded & 0xffff) + Math.floor(folded / 65_536);
  return ~folded & 0xffff;
}

/** Checksum of a transport message with the pseudo header of its IP header at `ip` (RFC 768, RFC 9293, RFC 8200 section 8.1). */
export function transportChecksum(
  bytes: Uint8Array,
  family: 4 | 6,
  ip: number,
  protocol: number,
  start: number,
  length: number,
): number {
  const { source, length: size } = ADDRESSES[family];
  return checksumOf(sum16(bytes, start, length, sum16(bytes, ip + source, 2 * size, protocol + length)));
}
