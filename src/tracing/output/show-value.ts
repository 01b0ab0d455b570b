import { symbolAt } from "../../events/functions.ts";
import { sizeOfType, type TraceType } from "../language/types.ts";
import { showTime } from "./show-time.ts";
import type { TraceMaps } from "./trace-maps.ts";

/** In front of the functions of a call stack, and of one in a key. */
const STACK_INDENT = " ".repeat(8);
export const KEY_STACK_INDENT = " ".repeat(4);

/** A value of a key, a map or a record as bpftrace prints it. @param indent in front of the functions of a call stack. */
export function showValue(
  type: TraceType,
  bytes: Uint8Array,
  at: number,
  maps: TraceMaps,
  indent = STACK_INDENT,
): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, sizeOfType(type));
  switch (type.kind) {
    case "int":
      return String(type.signed ? view.getBigInt64(0, true) : view.getBigUint64(0, true));
    case "string":
      return textOf(bytes, at, type.size);
    case "symbol":
      return symbolAt(view.getBigUint64(0, true))?.name ?? showPointer(view.getBigUint64(0, true));
    case "stack":
      return showStack(Number(view.getBigInt64(0, true)), type, maps, indent);
    case "bytes":
      return escaped(bytes.subarray(at + 8, at + 8 + Number(view.getBigUint64(0, true))));
    case "time":
      return showTime(type.format, view.getBigUint64(0, true));
    case "tuple": {
      let next = at;
      const parts = type.parts.map((part) => {
        const text = showValue(part, bytes, next, maps, indent);
        next += sizeOfType(part);
        return text;
      });
      return `(${parts.join(", ")})`;
    }
    case "address": {
      const length = Number(view.getBigUint64(0, true));
      return showAddress(bytes.subarray(at + 8, at + 8 + (length === 16 ? 16 : 4)));
    }
  }
}

function textOf(bytes: Uint8Array, at: number, size: number): string {
  const end = bytes.subarray(at, at + size).indexOf(0);
  return Buffer.from(bytes.subarray(at, end < 0 ? at + size : at + end)).toString("utf8");
}

/** Lines of a call stack, the innermost first, with a line's end in front and behind. */
function showStack(
  number: number,
  { limit, perf }: Extract<TraceType, { kind: "stack" }>,
  maps: TraceMaps,
  indent: string,
): string {
  if (number < 0) return "";
  const lines = maps
    .stack(number)
    .slice(0, limit)
    .map((address) => {
      const symbol = symbolAt(address);
      const name = symbol === undefined ? showPointer(address) : `${symbol.name}+${symbol.offset}`;
      return perf ? `\t${address.toString(16)} ${name}\n` : `${indent}${name}\n`;
    });
  return `\n${lines.join("")}`;
}

const showPointer = (address: bigint): string => (address === 0n ? "0" : `0x${address.toString(16)}`);

/** Bytes that are no printable character of ASCII as \\xNN. */
function escaped(bytes: Uint8Array): string {
  return [...bytes]
    .map((byte) =>
      byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, "0")}`,
    )
    .join("");
}

/** inet_ntop(3) */
function showAddress(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join(".");
  const words = Array.from({ length: 8 }, (_, i) => (bytes[2 * i]! << 8) | bytes[2 * i + 1]!);
  if (words.slice(0, 5).every((word) => word === 0) && words[5] === 0xffff)
    return `::ffff:${bytes.subarray(12).join(".")}`;
  let [best, length] = [-1, 1];
  for (let i = 0; i < 8; i++) {
    let end = i;
    while (end < 8 && words[end] === 0) end++;
    if (end - i > length) [best, length] = [i, end - i];
  }
  const hex = (from: number, to: number) =>
    words
      .slice(from, to)
      .map((word) => word.toString(16))
      .join(":");
  return best < 0 ? hex(0, 8) : `${hex(0, best)}::${hex(best + length, 8)}`;
}
