import { bytes, uint } from "../fields.ts";
import type { Fields, LayerFormat } from "../layer-format.ts";
import type { ValueKind } from "../value-kind.ts";

const TEXT: ValueKind = {
  schema: { type: "string" },
  read(value, reader) {
    if (typeof value === "string") return new TextEncoder().encode(value);
    const hint = typeof value === "number" ? "Put quotes around a text that looks like a number." : undefined;
    return reader.refuse(value, "a text", hint);
  },
};

const BASE64: ValueKind = {
  schema: { type: "string", contentEncoding: "base64" },
  read(value, reader) {
    const text = typeof value === "string" ? value.replace(/\s/g, "") : "";
    const isBase64 = typeof value === "string" && /^(?:[\w+/-]{4})*(?:[\w+/-]{2,3}={0,2})?$/.test(text);
    return isBase64 ? Uint8Array.from(Buffer.from(text, "base64")) : reader.refuse(value, "bytes in Base64");
  },
};

const FORMS = ["text", "hex", "base64", "length"];

/** What the innermost protocol carries. */
export const PAYLOAD: LayerFormat = {
  name: "payload",
  description: "Bytes that the layers before it carry: a text, or one of `text`, `hex`, `base64` and `length`.",
  size: 0,
  shorthand: "text",
  fields: {
    text: bytes("A text, in UTF-8.", undefined, TEXT),
    hex: bytes("Bytes in hexadecimal."),
    base64: bytes("Bytes in Base64.", undefined, BASE64),
    length: uint(
      undefined,
      16,
      "This many bytes: 0x00, 0x01, ... 0xff and again, unless `fill` or `pattern` says what.",
    ),
    fill: uint(undefined, 8, "With `length`: every byte."),
    pattern: bytes("With `length`: bytes in hexadecimal, again and again."),
  },
  check(fields, reader) {
    const forms = FORMS.filter((form) => fields[form] !== undefined);
    if (forms.length > 1) reader.at(forms[1]!).problem(`A payload has either \`${forms[0]}\` or \`${forms[1]}\`.`);
    for (const filler of ["fill", "pattern"])
      if (fields[filler] !== undefined && fields.length === undefined)
        reader.at(filler).problem(`\`${filler}\` says what a payload of a \`length\` is filled with.`, "Add `length`.");
    if (fields.fill !== undefined && fields.pattern !== undefined)
      reader.at("pattern").problem("A payload has either `fill` or `pattern`.");
    if ((fields.pattern as Uint8Array | undefined)?.length === 0) reader.at("pattern").problem("The pattern is empty.");
  },
  tail: (fields) => (fields.text ?? fields.hex ?? fields.base64 ?? filled(fields)) as Uint8Array,
};

function filled({ length, fill, pattern }: Fields): Uint8Array {
  const bytes = new Uint8Array((length as number | undefined) ?? 0);
  if (typeof fill === "number") return bytes.fill(fill);
  const repeated = pattern as Uint8Array | undefined;
  return bytes.map((_, i) => (repeated === undefined ? i : repeated[i % repeated.length]!));
}

/** Zeros behind everything else. */
export const PAD: LayerFormat = {
  name: "pad",
  description: "Zeros behind everything else, up to a length of the whole packet; no header counts them.",
  size: 0,
  shorthand: "length",
  fields: { length: uint(undefined, 16, "Length of the whole packet in bytes.", { default: 60 }) },
};
