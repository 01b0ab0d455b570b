/** A 16-bit number of the host in network order, or the other way round (htons, ntohs). */
export function swap16(value: number): number {
  return ((value & 0xff) << 8) | ((value >>> 8) & 0xff);
}
