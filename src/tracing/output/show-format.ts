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
  const kind = conversion.conversion;
  if (kind === "s" || kind === "v") {
    const text = showValue(type, bytes, at, maps);
    return pad(conversion, conversion.precision === undefined ? text : text.slice(0, conversion.precision));
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, 8);
  const unsigned = view.getBigUint64(0, true);
  switch (kind) {
    case "d":
    case "i":
      return pad(conversion, signedText(conversion, view.getBigInt64(0, true)));
    case "u":
      return pad(conversion, String(unsigned));
    case "o":
      return pad(conversion, `${conversion.flags.includes("#") ? "0" : ""}${unsigned.toString(8)}`);
    case "c":
      return pad(conversion, String.fromCharCode(Number(unsigned & 0xffn)));
    case "p":
      return pad(conversion, `0x${unsigned.toString(16)}`);
    default: {
      const hex = `${conversion.flags.includes("#") ? "0x" : ""}${unsigned.toString(16)}`;
      return pad(conversion, kind === "X" ? hex.toUpperCase() : hex);
    }
  }
}

function signedText({ flags }: Conversion, value: bigint): string {
  if (value < 0n) return String(value);
  return `${flags.includes("+") ? "+" : flags.includes(" ") ? " " : ""}${value}`;
}

function pad({ flags, width, conversion }: Conversion, text: string): string {
  if (flags.includes("-")) return text.padEnd(width);
  if (!flags.includes("0") || conversion === "s") return text.padStart(width);
  const sign = /^[-+ ]/.exec(text)?.[0] ?? "";
  return sign + text.slice(sign.length).padStart(width - sign.length, "0");
}
