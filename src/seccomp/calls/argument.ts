import { constantValue, errnoValue } from "../constants.ts";

/** What an argument that points to memory is taken to be: nobody knows the address from a text. */
export const SOME_ADDRESS = 0x7fff_f7d0_0000n;

/** An argument as written: a number, or a pointer to what was written. Undefined where the text says no value. */
export type ArgumentValue = { readonly value: bigint; readonly isAddress: boolean };

const MINUS_2_31 = -(2n ** 31n);

/**
 * The value that a written argument has in its register: `3`, `0x1f`, `0644`, `O_RDONLY|O_CLOEXEC`, `AT_FDCWD`, `3</etc/passwd>`,
 * `-1 /* note *\/`, `NULL`, `"text"...`, `{sa_family=...}`, `[1, 2]`, `PROT_READ << 2` is none. Negative numbers of 32 bits have no upper
 * half, as compilers pass an int. Undefined where it is not understood.
 */
export function argumentValue(written: string): ArgumentValue | undefined {
  const text = withoutNotes(written);
  const first = text[0];
  if (first === undefined) return undefined;
  if (first === '"' || first === "{" || first === "[" || first === "~" || first === "@" || first === "&")
    return first === "~" && !text.startsWith("~[") ? parseSum(text) : { value: SOME_ADDRESS, isAddress: true };
  if (text === "NULL") return { value: 0n, isAddress: false };
  return parseSum(text);
}

/** What strace adds: the file behind a descriptor, what a constant is, how an argument is called. */
function withoutNotes(written: string): string {
  let text = written.trim();
  const note = text.indexOf("/*");
  if (note >= 0) {
    const end = text.indexOf("*/", note);
    const inside = end < 0 ? "" : text.slice(note + 2, end).trim();
    const before = text.slice(0, note).trim();
    // `0x5421 /* FIONBIO */` has its value, `/* SIGRTMIN */` alone has not.
    text = before === "" ? inside : before;
  }
  const named = /^[a-z_]\w*=(?!=)/.exec(text);
  if (named !== null) text = text.slice(named[0].length);
  const file = /^(-?\w+)<.*>(?:\(deleted\))?$/.exec(text);
  return file === null ? text : file[1]!;
}

function parseSum(text: string): ArgumentValue | undefined {
  let value = 0n;
  for (const part of text.split("|")) {
    const single = parseSingle(part.trim());
    if (single === undefined) return undefined;
    value |= single;
  }
  return { value: inRegister(value), isAddress: false };
}

function parseSingle(text: string): bigint | undefined {
  if (/^-?(?:0[xX][\da-fA-F]+|\d+)$/.test(text)) {
    const isNegative = text.startsWith("-");
    const digits = isNegative ? text.slice(1) : text;
    const value = /^0[0-7]+$/.test(digits) ? BigInt(`0o${digits.slice(1)}`) : BigInt(digits);
    return isNegative ? -value : value;
  }
  const shifted = /^(\d+)<<(\w+)$/.exec(text.replaceAll(" ", ""));
  if (shifted !== null) {
    const by = parseSingle(shifted[2]!);
    return by === undefined || by > 63n ? undefined : BigInt(shifted[1]!) << by;
  }
  const made = /^makedev\((\w+), ?(\w+)\)$/.exec(text);
  if (made !== null) return (BigInt(made[1]!) << 8n) | BigInt(made[2]!);
  if (text.startsWith("~")) {
    const value = parseSingle(text.slice(1));
    return value === undefined ? undefined : ~value;
  }
  if (/^'.'$/.test(text)) return BigInt(text.charCodeAt(1));
  const signal = /^SIGRT_(\d+)$/.exec(text);
  if (signal !== null) return 32n + BigInt(signal[1]!);
  const errno = errnoValue(text);
  return constantValue(text) ?? (errno === undefined ? undefined : BigInt(errno));
}

function inRegister(value: bigint): bigint {
  return value < 0n && value >= MINUS_2_31 ? BigInt.asUintN(32, value) : BigInt.asUintN(64, value);
}
