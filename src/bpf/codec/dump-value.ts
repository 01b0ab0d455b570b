import type { Btf, BtfComposite, BtfType } from "../object/btf/btf-type.ts";
import { readBits, textIn } from "./bits.ts";
import type { JsonWriter } from "./json-writer.ts";
import { bytesOf, isCharacter, plainType } from "./plain-type.ts";

/** How numbers that JSON does not know are written: `plain` for people, `json` for other programs. */
export type DumpStyle = "plain" | "json";

/** Writes a value of a BTF type as `bpftool map dump` does, which is not always JSON. */
export function dumpValue(btf: Btf, id: number, bytes: Uint8Array, writer: JsonWriter, style: DumpStyle): void {
  const type = plainType(btf, id);
  switch (type.kind) {
    case "int":
      dumpInteger(type, bytes, writer, style);
      return;
    case "enum":
    case "enum64":
      dumpEnumeration(type, bytes, writer);
      return;
    case "pointer": {
      const address = readBits(bytes, 0, 64);
      if (style === "json") writer.raw(address.toString());
      else writer.raw(address === 0n ? "(nil)" : `0x${address.toString(16)}`);
      return;
    }
    case "float":
      writer.raw(String(readFloat(bytes, type.size)));
      return;
    case "array":
      dumpArray(btf, type, bytes, writer, style);
      return;
    case "struct":
    case "union":
      dumpComposite(btf, type, bytes, writer, style);
      return;
    case "section":
      writer.begin("{");
      writer.name(type.name);
      writer.begin("[");
      for (const { type: variable, offset, size } of type.variables) {
        const named = btf.type(variable);
        if (named.kind !== "variable") continue;
        writer.begin("{");
        writer.name(named.name);
        dumpValue(btf, named.type, bytes.subarray(offset, offset + size), writer, style);
        writer.end("}");
      }
      writer.end("]");
      writer.end("}");
      return;
    default:
      writer.raw("null");
  }
}

export function readFloat(bytes: Uint8Array, size: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return size === 4 ? view.getFloat32(0, true) : view.getFloat64(0, true);
}

function dumpInteger(
  type: Extract<BtfType, { kind: "int" }>,
  bytes: Uint8Array,
  writer: JsonWriter,
  style: DumpStyle,
): void {
  const { bits, bitOffset, signed, meaning } = type;
  const value = readBits(bytes, bitOffset, bits);
  if (bitOffset % 8 !== 0 || bits % 8 !== 0) hexadecimal(value, writer, style);
  else if (meaning === "boolean") writer.raw(bytes[0] !== 0 ? "true" : "false");
  else if (meaning === "character") {
    const code = Number(value & 0xffn);
    const printable = code > 0x1f && code < 0x7f;
    writer.raw(printable ? `"${String.fromCharCode(code)}"` : `"\\x${code.toString(16).padStart(2, "0")}"`);
  } else if (![8, 16, 32, 64].includes(bits)) hexadecimal(value, writer, style);
  else writer.raw((signed ? BigInt.asIntN(bits, value) : value).toString());
}

function hexadecimal(value: bigint, writer: JsonWriter, style: DumpStyle): void {
  const text = `0x${value.toString(16)}`;
  writer.raw(style === "json" ? `"${text}"` : text);
}

function dumpEnumeration(type: Extract<BtfType, { kind: "enum" | "enum64" }>, bytes: Uint8Array, writer: JsonWriter) {
  const value = BigInt.asIntN(8 * type.size, readBits(bytes, 0, 8 * type.size));
  const found = type.values.find((it) => BigInt.asIntN(64, it.value) === value || it.value === value);
  if (found === undefined) writer.raw(value.toString());
  else writer.string(found.name);
}

function dumpArray(
  btf: Btf,
  { element, count }: Extract<BtfType, { kind: "array" }>,
  bytes: Uint8Array,
  writer: JsonWriter,
  style: DumpStyle,
): void {
  const text = isCharacter(btf, element) ? textIn(bytes.subarray(0, count)) : undefined;
  if (text !== undefined) {
    writer.string(text);
    return;
  }
  const size = bytesOf(btf, element);
  writer.begin("[");
  for (let i = 0; i < count; i++) dumpValue(btf, element, bytes.subarray(i * size, (i + 1) * size), writer, style);
  writer.end("]");
}

function dumpComposite(btf: Btf, { members }: BtfComposite, bytes: Uint8Array, writer: JsonWriter, style: DumpStyle) {
  writer.begin("{");
  for (const { name, type, bitOffset, bitSize } of members) {
    writer.name(name);
    if (bitSize > 0) hexadecimal(readBits(bytes, bitOffset, bitSize), writer, style);
    else dumpValue(btf, type, bytes.subarray(bitOffset >> 3), writer, style);
  }
  writer.end("}");
}
