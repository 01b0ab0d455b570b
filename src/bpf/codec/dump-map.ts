import type { Btf } from "../object/btf/btf-type.ts";
import { type DumpStyle, dumpValue } from "./dump-value.ts";
import { JsonWriter } from "./json-writer.ts";

/** An element: its key, and its value or one value for each processor. */
export interface DumpedElement {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

export interface DumpedMap {
  /** In the order in which the map is walked. */
  readonly elements: Iterable<DumpedElement>;
  /** Bytes of one value. */
  readonly valueSize: number;
  /** Values are those of all processors, each at a multiple of 8 bytes. */
  readonly perCpu: boolean;
  /** Types of keys (0: they have none that is worth showing) and values; absent where they are not known. */
  readonly types?: { readonly btf: Btf; readonly key: number; readonly value: number };
}

/** `json` and `pretty` are bpftool's -j and -p. */
export type DumpForm = "text" | "json" | "pretty";

/** Bytes of key and value that stand on one line. */
const ONE_LINE = 24;

/** A map's content as `bpftool map dump` prints it, byte for byte. Floating-point numbers, which it refuses, are shown. */
export function dumpMap(map: DumpedMap, form: DumpForm): string {
  if (form === "text") return dumpAsText(map);
  const writer = new JsonWriter(form === "pretty");
  writeMap(map, writer);
  return writer.text;
}

/** For people: by types where they are known, else in hexadecimal. */
export const dumpAsText = (map: DumpedMap): string => (map.types === undefined ? dumpBytes(map) : dumpTyped(map));

/** As JSON: the bytes and, where types are known, what they mean. */
export function writeMap(map: DumpedMap, writer: JsonWriter): void {
  writer.begin("[");
  for (const { key, value } of map.elements) {
    writer.begin("{");
    writer.name("key");
    bytesAsJson(key, writer);
    values(map, value, writer, (bytes) => bytesAsJson(bytes, writer));
    if (map.types !== undefined) {
      writer.name("formatted");
      typedElement(map, key, value, writer, "json");
    }
    writer.end("}");
  }
  writer.end("]");
}

function dumpTyped(map: DumpedMap): string {
  const writer = new JsonWriter(true);
  writer.begin("[");
  for (const { key, value } of map.elements) typedElement(map, key, value, writer, "plain");
  writer.end("]");
  return writer.text;
}

function typedElement(map: DumpedMap, key: Uint8Array, value: Uint8Array, writer: JsonWriter, style: DumpStyle): void {
  const { btf, key: keyType, value: valueType } = map.types!;
  writer.begin("{");
  if (keyType !== 0) {
    writer.name("key");
    dumpValue(btf, keyType, key, writer, style);
  }
  values(map, value, writer, (bytes) => dumpValue(btf, valueType, bytes, writer, style));
  writer.end("}");
}

/** `"value": ...`, or of each processor. */
function values(map: DumpedMap, all: Uint8Array, writer: JsonWriter, write: (value: Uint8Array) => void): void {
  if (!map.perCpu) {
    writer.name("value");
    write(all);
    return;
  }
  writer.name("values");
  writer.begin("[");
  for (const [cpu, value] of ofProcessors(map, all).entries()) {
    writer.begin("{");
    writer.name("cpu");
    writer.raw(String(cpu));
    writer.name("value");
    write(value);
    writer.end("}");
  }
  writer.end("]");
}

function ofProcessors({ valueSize }: DumpedMap, all: Uint8Array): Uint8Array[] {
  const stride = Math.ceil(valueSize / 8) * 8;
  return Array.from({ length: all.length / stride }, (_, i) => all.subarray(i * stride, i * stride + valueSize));
}

function bytesAsJson(bytes: Uint8Array, writer: JsonWriter): void {
  writer.begin("[");
  for (const byte of bytes) writer.raw(`"0x${byte.toString(16).padStart(2, "0")}"`);
  writer.end("]");
}

function dumpBytes(map: DumpedMap): string {
  let text = "";
  let count = 0;
  for (const { key, value } of map.elements) {
    count++;
    if (map.perCpu) {
      text += `key:\n${hexadecimal(key)}\n`;
      for (const [cpu, own] of ofProcessors(map, value).entries())
        text += `value (CPU ${String(cpu).padStart(2, "0")}):${own.length <= 16 ? " " : "\n"}${hexadecimal(own)}\n`;
    } else if (key.length + value.length <= ONE_LINE)
      text += `key: ${hexadecimal(key)}  value: ${hexadecimal(value)}\n`;
    else text += `key:\n${hexadecimal(key)}\nvalue:\n${hexadecimal(value)}\n`;
  }
  return `${text}Found ${count} element${count === 1 ? "" : "s"}\n`;
}

/** Sixteen bytes a line, in two groups. */
function hexadecimal(bytes: Uint8Array): string {
  let text = "";
  for (const [i, byte] of bytes.entries())
    text += `${i === 0 ? "" : i % 16 === 0 ? "\n" : i % 8 === 0 ? "  " : " "}${byte.toString(16).padStart(2, "0")}`;
  return text;
}
