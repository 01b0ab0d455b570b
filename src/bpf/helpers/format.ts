import { HIDDEN_ADDRESS } from "../codec/show-value.ts";
import { ERRNO } from "../maps/errno.ts";
import type { HelperMemory } from "./helper-memory.ts";

/** Bytes of a string that are printed at most. */
const LONGEST_STRING = 511;

const isSpace = (character: string | undefined): boolean =>
  character !== undefined && /^[ \t\n\v\f\r\xa0]$/.test(character);
const isPunctuation = (character: string | undefined): boolean =>
  character !== undefined && /^[!-/:-@[-`{-~]$/.test(character);
/** May a conversion end there? */
const isEnd = (character: string | undefined): boolean =>
  character === undefined || isSpace(character) || isPunctuation(character);

/**
 * What a format makes of its arguments (bpf_bprintf_prepare and bstr_printf), in Latin-1; or -EINVAL where Linux takes no such
 * format. Understood are `%d %i %u %x %X` with `l` and `ll`, `%c`, `%s`, `%p`, `%pK`, `%px`, `%pi4`, `%pI6` and the like;
 * `%ps`, `%pS` and `%pB` print addresses, as there are no kernel symbols; a `%p` prints what Linux does before it has a secret to
 * hide addresses with.
 * @param argument gives the next one, 64 bits unsigned; undefined where there is none.
 * @param room bytes of the buffer: behind its end Linux does not count internet addresses.
 */
export function format(
  memory: HelperMemory,
  text: string,
  argument: () => bigint | undefined,
  room = Number.POSITIVE_INFINITY,
): string | number {
  let out = "";
  for (let i = 0; i < text.length; i++) {
    const character = text[i]!;
    if (!/^[\x20-\x7e]$/.test(character) && !(isSpace(character) && character !== "\xa0")) return -ERRNO.EINVAL;
    if (character !== "%") {
      out += character;
      continue;
    }
    if (text[i + 1] === "%") {
      out += "%";
      i++;
      continue;
    }
    const value = argument();
    if (value === undefined) return -ERRNO.EINVAL;
    const [, flags, width, rest] = /^([0+\- ]*)([1-9][0-9]*)?(.*)$/s.exec(text.slice(i + 1))!;
    i += flags!.length + (width?.length ?? 0) + 1;
    const converted = convert(memory, rest!, value, width !== undefined);
    if (converted === undefined) return -ERRNO.EINVAL;
    i += converted.consumed - 1;
    // Letters behind a pointer belong to it, whether they mean something or not.
    if (rest!.startsWith("p")) i += /^[0-9a-z]*/i.exec(rest!.slice(converted.consumed))![0].length;
    if (converted.kind !== "address" || out.length < room) out += pad(converted, flags!, Number(width ?? 0));
  }
  return out;
}

interface Converted {
  /** Digits or text, without sign. */
  readonly body: string;
  readonly negative?: boolean;
  readonly kind: "number" | "text" | "address";
  readonly consumed: number;
}

function convert(memory: HelperMemory, rest: string, value: bigint, hasWidth: boolean): Converted | undefined {
  const [letter, next] = rest;
  if (letter === "p") return convertPointer(memory, rest, value, hasWidth);
  if (letter === "s") return isEnd(next) ? { body: stringAt(memory, value), kind: "text", consumed: 1 } : undefined;
  if (letter === "c") return { body: String.fromCharCode(Number(value & 0xffn)), kind: "text", consumed: 1 };
  const [, length, conversion] = /^(l{0,2})([diuxX])/.exec(rest) ?? [];
  if (length === undefined || conversion === undefined) return undefined;
  const bits = length === "" ? 32 : 64;
  const consumed = length.length + 1;
  if (conversion === "d" || conversion === "i") {
    const signed = BigInt.asIntN(bits, value);
    return { body: (signed < 0n ? -signed : signed).toString(), negative: signed < 0n, kind: "number", consumed };
  }
  const unsigned = BigInt.asUintN(bits, value);
  const digits = unsigned.toString(conversion === "u" ? 10 : 16);
  return { body: conversion === "X" ? digits.toUpperCase() : digits, kind: "number", consumed };
}

function convertPointer(memory: HelperMemory, rest: string, value: bigint, hasWidth: boolean): Converted | undefined {
  const next = rest[1];
  // Without a width of its own an address has all its digits.
  const raw = () => value.toString(16).padStart(hasWidth ? 1 : 16, "0");
  if (isEnd(next)) return { body: HIDDEN_ADDRESS, kind: "text", consumed: 1 };
  if ((next === "k" || next === "u") && rest[2] === "s")
    return isEnd(rest[3]) ? { body: stringAt(memory, value), kind: "address", consumed: 3 } : undefined;
  if (next === "K" || next === "x") return { body: raw(), kind: "number", consumed: 2 };
  if (next === "s" || next === "S" || next === "B")
    return { body: `0x${value.toString(16)}`, kind: "text", consumed: 2 };
  const version = rest[2];
  if ((next !== "i" && next !== "I") || (version !== "4" && version !== "6")) return undefined;
  const bytes = Buffer.alloc(version === "4" ? 4 : 16);
  const at = Number(value);
  if (memory.isInside(at, bytes.length)) bytes.set(memory.bytes.subarray(at, at + bytes.length));
  const body = version === "4" ? ipv4(bytes, next === "i") : next === "i" ? bytes.toString("hex") : ipv6(bytes);
  return { body, kind: "address", consumed: 3 };
}

/** `%i4` has three digits a byte. */
const ipv4 = (bytes: Uint8Array, padded: boolean): string =>
  Array.from(bytes, (byte) => String(byte).padStart(padded ? 3 : 1, "0")).join(".");

/** Eight groups of four digits: `%pI6` shortens nothing. */
const ipv6 = (bytes: Buffer): string => bytes.toString("hex").match(/.{4}/g)!.join(":");

function stringAt(memory: HelperMemory, address: bigint): string {
  const at = Number(address);
  if (address > 0xffff_ffffn || !memory.isInside(at, 1)) return "";
  const bytes = memory.bytes.subarray(at, at + LONGEST_STRING);
  const end = bytes.indexOf(0);
  return Buffer.from(end < 0 ? bytes : bytes.subarray(0, end)).toString("latin1");
}

function pad({ body, negative = false, kind }: Converted, flags: string, width: number): string {
  const sign = kind !== "number" ? "" : negative ? "-" : flags.includes("+") ? "+" : flags.includes(" ") ? " " : "";
  const whole = sign + body;
  if (flags.includes("-")) return whole.padEnd(width);
  if (flags.includes("0") && kind === "number") return sign + body.padStart(width - sign.length, "0");
  return whole.padStart(width);
}
