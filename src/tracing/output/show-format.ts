import { type Conversion, parseFormat } from "../language/format-text.ts";
import { sizeOfType, type TraceType } from "../language/types.ts";
import { showValue } from "./show-value.ts";
import type { TraceMaps } from "./trace-maps.ts";

/** A format of printf() with the values of a record, which begin at `at`. */
export function showFormat(
  format: string,
  args: readonly TraceType[],
  bytes: Uint8Array,
  at: number,
  maps: TraceMaps,
): string {
  // As bpftrace 0.17 has it, which gives a format to nobody where nothing goes into it.
  if (args.length === 0) return format;
  let next = 0;
  let offset = at;
  return parseFormat(format)
    .map((part) => {
      if (typeof part === "string") return part;
      const type = args[next++]!;
      const shown = convert(part, type, bytes, offset, maps);
      offset += sizeOfType(type);
      return shown;
    })
    .join("");
}

function convert(conversion: Conversion, type: TraceType, bytes: Uint8Array, at: number, maps: TraceMaps): string {
  const { conversion: kind, bits, precision } = conversion;
  if (kind === "s" || kind === "v" || kind === "r") {
    const text = showValue(type, bytes, at, maps);
    return pad(conversion, precision === undefined ? text : text.slice(0, precision));
  }
  const word = new DataView(bytes.buffer, bytes.byteOffset + at, 8).getBigUint64(0, true);
  const unsigned = BigInt.asUintN(bits, word);
  switch (kind) {
    case "d":
      return pad(conversion, digits(String(BigInt.asIntN(bits, word)), precision));
    case "u":
      return pad(conversion, digits(String(unsigned), precision));
    case "c":
      return pad(conversion, String.fromCharCode(Number(unsigned & 0xffn)));
    case "p":
      return pad(conversion, unsigned === 0n ? "(nil)" : `0x${unsigned.toString(16)}`);
    default: {
      const hex = digits(unsigned.toString(16), precision);
      return pad(conversion, kind === "X" ? hex.toUpperCase() : hex);
    }
  }
}

/** At least so many digits. */
function digits(text: string, least = 0): string {
  const sign = text.startsWith("-") ? "-" : "";
  return sign + text.slice(sign.length).padStart(least, "0");
}

function pad({ flags, width, precision, conversion }: Conversion, text: string): string {
  if (flags.includes("-")) return text.padEnd(width);
  const isNumber = "duxX".includes(conversion);
  if (!flags.includes("0") || !isNumber || precision !== undefined) return text.padStart(width);
  return digits(text, text.startsWith("-") ? width - 1 : width);
}
