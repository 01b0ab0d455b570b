/* MAC and IP addresses between text and bytes. Parsers return undefined for what is not an address. */

/** Six bytes from `02:00:00:00:00:01`, `02-00-00-00-00-01` (IEEE 802) or `0200.0000.0001`; one separator throughout. */
export function parseMac(text: string): Uint8Array | undefined {
  const digits = MAC.test(text)
    ? text.split(/[:-]/).map((pair) => pair.padStart(2, "0"))
    : DOTTED_MAC.test(text)
      ? text.match(/[0-9a-f]{2}/gi)!
      : undefined;
  return digits && Uint8Array.from(digits, (pair) => Number.parseInt(pair, 16));
}

const MAC = /^[0-9a-f]{1,2}([:-])(?:[0-9a-f]{1,2}\1){4}[0-9a-f]{1,2}$/i;
const DOTTED_MAC = /^(?:[0-9a-f]{4}\.){2}[0-9a-f]{4}$/i;

/** Four bytes from `10.0.0.1`: four decimal numbers without leading zeros, as inet_pton has it. */
export function parseIpv4(text: string): Uint8Array | undefined {
  const match = IPV4.exec(text);
  if (match === null) return undefined;
  const numbers = match.slice(1).map(Number);
  return numbers.every((number) => number <= 0xff) ? Uint8Array.from(numbers) : undefined;
}

const IPV4 = /^(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})$/;

/** Sixteen bytes from any text form of RFC 4291 section 2.2: full, with one `::`, or with IPv4's dots at its end. No zone. */
export function parseIpv6(text: string): Uint8Array | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const head = groups(halves[0]!, halves.length === 1);
  const tail = halves.length === 2 ? groups(halves[1]!, true) : [];
  if (head === undefined || tail === undefined) return undefined;
  const missing = 16 - head.length - tail.length;
  // `::` stands for at least one group; without it nothing may be missing.
  if (halves.length === 2 ? missing < 2 : missing !== 0) return undefined;
  const address = new Uint8Array(16);
  address.set(head);
  address.set(tail, 16 - tail.length);
  return address;
}

/** The bytes of groups between colons; only the address's last group may be an IPv4 address. */
function groups(text: string, isEnd: boolean): number[] | undefined {
  if (text === "") return [];
  const bytes: number[] = [];
  const parts = text.split(":");
  for (const [i, part] of parts.entries()) {
    if (/^[0-9a-f]{1,4}$/i.test(part)) {
      const group = Number.parseInt(part, 16);
      bytes.push(group >>> 8, group & 0xff);
      continue;
    }
    const dotted = isEnd && i === parts.length - 1 ? parseIpv4(part) : undefined;
    if (dotted === undefined) return undefined;
    bytes.push(...dotted);
  }
  return bytes;
}

/** `02:00:00:00:00:01`, of the six bytes at `at`. */
export function formatMac(bytes: Uint8Array, at = 0): string {
  let text = "";
  for (let i = 0; i < 6; i++) text += (i === 0 ? "" : ":") + bytes[at + i]!.toString(16).padStart(2, "0");
  return text;
}

/** `10.0.0.1`, of the four bytes at `at`. */
export function formatIpv4(bytes: Uint8Array, at = 0): string {
  return `${bytes[at]}.${bytes[at + 1]}.${bytes[at + 2]}.${bytes[at + 3]}`;
}

/**
 * The canonical text of RFC 5952, of the sixteen bytes at `at`: lower case, the first of the longest runs of zero
 * groups (two at least) as `::`, and IPv4-mapped addresses (::ffff:0:0/96) with dots.
 */
export function formatIpv6(bytes: Uint8Array, at = 0): string {
  const words = Array.from({ length: 8 }, (_, i) => (bytes[at + 2 * i]! << 8) | bytes[at + 2 * i + 1]!);
  if (words[5] === 0xffff && words.slice(0, 5).every((word) => word === 0))
    return `::ffff:${formatIpv4(bytes, at + 12)}`;
  const { start, length } = longestZeroRun(words);
  const text = (from: number, to: number) =>
    words
      .slice(from, to)
      .map((word) => word.toString(16))
      .join(":");
  return length < 2 ? text(0, 8) : `${text(0, start)}::${text(start + length, 8)}`;
}

function longestZeroRun(words: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  let start = 0;
  for (let i = 0; i <= words.length; i++) {
    if (words[i] === 0) continue;
    if (i - start > best.length) best = { start, length: i - start };
    start = i + 1;
  }
  return best;
}
