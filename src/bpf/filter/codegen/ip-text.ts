/**
 * An IPv4 address of one to four parts, left-aligned, and the mask of the parts that there are. Undefined where a part is
 * above 255. Parts are decimal, also with zeros in front.
 */
export function ipv4Number(text: string): { number: number; mask: number } | undefined {
  const parts = text.split(".").map((part) => (/^[0-9]+$/.test(part) ? Number(part) : Number.POSITIVE_INFINITY));
  if (parts.some((part) => part > 255)) return undefined;
  const number = parts.reduce((address, part, i) => address + part * 2 ** (24 - 8 * i), 0);
  return { number, mask: prefixMask(8 * parts.length) };
}

/** The mask of a prefix of 0 to 32 bits. */
export function prefixMask(length: number): number {
  return length === 0 ? 0 : (0xffff_ffff << (32 - length)) >>> 0;
}

/** The 16 bytes of an IPv6 address in text (RFC 4291, section 2.2); undefined where it is none. */
export function ipv6Bytes(text: string): Uint8Array | undefined {
  const halves = text.split("::").map((half) => (half === "" ? [] : half.split(":")));
  const last = halves.at(-1)!;
  const dotted = last.at(-1);
  if (dotted?.includes(".") === true) {
    const parts = dotted.split(".");
    if (parts.length !== 4 || !parts.every((part) => /^(?:0|[1-9][0-9]{0,2})$/.test(part) && Number(part) <= 255))
      return undefined;
    const [a, b, c, d] = parts.map(Number) as [number, number, number, number];
    last.splice(-1, 1, (a * 256 + b).toString(16), (c * 256 + d).toString(16));
  }
  const [before, after] = halves as [string[], string[]?];
  const missing = 8 - before.length - (after?.length ?? 0);
  if (after === undefined ? missing !== 0 : missing < 1) return undefined;
  const groups = after === undefined ? before : [...before, ...Array<string>(missing).fill("0"), ...after];
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  for (const [i, group] of groups.entries()) view.setUint16(2 * i, Number.parseInt(group, 16));
  return bytes;
}

/** A network number as its first bytes, without zeros behind: 10 is 10.0.0.0/8. */
export function leftAligned(number: number): [address: number, mask: number] {
  let address = number;
  let mask = 0xffff_ffff;
  while (address !== 0 && address >>> 24 === 0) {
    address = (address << 8) >>> 0;
    mask = (mask << 8) >>> 0;
  }
  return [address, mask];
}
