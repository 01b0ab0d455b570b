import { ERRNO } from "../maps/errno.ts";
import type { HostFunction } from "../vm/host-function.ts";
import { helper } from "./helper.ts";
import type { HelperMemory } from "./helper-memory.ts";

/** Bytes of text that are looked at. */
const LONGEST = 63;
const BASES = 0x1f;
const SPACE = /^[\s\v\f\xa0]*/;

interface Parsed {
  /** Absolute value: it may be too large. */
  readonly value: bigint;
  readonly negative: boolean;
  /** Characters up to its end. */
  readonly consumed: number;
}

/** bpf_strtol and bpf_strtoul: numbers in text, by their helpers' numbers. */
export function numberHelpers(memory: HelperMemory): ReadonlyMap<number, HostFunction> {
  const read = (what: string, fits: (number: Parsed) => number) => {
    return (buffer: number, length: number, flags: bigint, result: number): number => {
      const from = memory.within(what, buffer, length);
      const to = memory.within(what, result, 8);
      const put = (value: bigint) => new DataView(memory.bytes.buffer).setBigInt64(to, value, true);
      put(0n);
      const text = Buffer.from(memory.bytes.buffer, from, length).toString("latin1");
      const number = parse(text, BigInt.asUintN(64, flags));
      if (typeof number === "number") return number;
      const errno = fits(number);
      if (errno !== 0) return errno;
      put(BigInt.asIntN(64, number.negative ? -number.value : number.value));
      return number.consumed;
    };
  };
  const signed = ({ value, negative }: Parsed) => (value > (negative ? 2n ** 63n : 2n ** 63n - 1n) ? -ERRNO.ERANGE : 0);
  const unsigned = ({ negative }: Parsed) => (negative ? -ERRNO.EINVAL : 0);
  return new Map<number, HostFunction>([
    helper(105, "wwdw", "signed", read("bpf_strtol", signed)),
    helper(106, "wwdw", "signed", read("bpf_strtoul", unsigned)),
  ]);
}

/** __bpf_strtoull */
function parse(text: string, flags: bigint): Parsed | number {
  const base = Number(flags & BigInt(BASES));
  if (text === "" || ![0, 8, 10, 16].includes(base) || flags > BigInt(BASES)) return -ERRNO.EINVAL;
  let at = SPACE.exec(text)![0].length;
  const negative = text[at] === "-";
  if (negative) at++;
  // What is behind is copied to where a zero ends it: one in the text does as well.
  const number = text.slice(at, at + LONGEST).split("\0", 1)[0]!;
  if (at === text.length) return -ERRNO.EINVAL;
  const { radix, prefix } = fixRadix(number, base);
  const digits = DIGITS[radix]!.exec(number.slice(prefix))![0];
  if (digits === "") return -ERRNO.EINVAL;
  const value = BigInt(PREFIXES[radix]! + digits);
  if (value >= 2n ** 64n) return -ERRNO.ERANGE;
  return { value, negative, consumed: at + prefix + digits.length };
}

const DIGITS: Readonly<Record<number, RegExp>> = { 8: /^[0-7]*/, 10: /^[0-9]*/, 16: /^[0-9a-f]*/i };
const PREFIXES: Readonly<Record<number, string>> = { 8: "0o", 10: "", 16: "0x" };

/** _parse_integer_fixup_radix */
function fixRadix(text: string, base: number): { radix: number; prefix: number } {
  const isHex = /^0x[0-9a-f]/i.test(text);
  const radix = base !== 0 ? base : isHex ? 16 : text.startsWith("0") ? 8 : 10;
  return { radix, prefix: radix === 16 && /^0x/i.test(text) ? 2 : 0 };
}
