import type { FlowField } from "../../flow/field.ts";
import { allOnes, readField } from "../../flow/field-value.ts";
import { fieldNamed } from "../../flow/fields.ts";
import { FlowSyntaxError, type Piece } from "../text/syntax-error.ts";
import { refuseAbsentField } from "./absent.ts";

/** Some consecutive bits of a field. */
export interface Subfield {
  readonly field: FlowField;
  /** Lowest bit, from 0. */
  readonly start: number;
  readonly bits: number;
}

const SUBFIELD = /^([A-Za-z][A-Za-z0-9_]*)(?:\[(?:(\d+)(?:\.\.(\d+))?)?\])?/;

/** Width of a field where subfields are concerned: that of vlan_vid leaves out the bit that says that there is a tag. */
export function fieldWidth({ name, bits }: FlowField): number {
  return name === "vlan_vid" ? 12 : bits;
}

/** Reads `NXM_NX_REG0[0..15]`, `reg0[3]`, `reg0[]`, `reg0`; nothing may follow. */
export function parseSubfield(piece: Piece, use: "read" | "write"): Subfield {
  const match = SUBFIELD.exec(piece.text);
  const name = match?.[1];
  if (name !== undefined) refuseAbsentField(name, piece);
  const field = name === undefined ? undefined : fieldNamed(name);
  if (match === null || name === undefined) throw new FlowSyntaxError(`${piece.text}: missing field name`, piece);
  if (field === undefined) throw new FlowSyntaxError(`${piece.text}: unknown field \`${name}'`, piece);
  if (match[0].length !== piece.text.length)
    throw new FlowSyntaxError(`${piece.text}: syntax error expecting [] or [<bit>] or [<start>..<end>]`, piece);
  const width = fieldWidth(field);
  const start = Number(match[2] ?? 0);
  const end = match[2] === undefined ? width - 1 : Number(match[3] ?? match[2]);
  if (start > end) throw new FlowSyntaxError(`${piece.text}: starting bit ${start} is after ending bit ${end}`, piece);
  if (start >= width)
    throw new FlowSyntaxError(
      `${piece.text}: starting bit ${start} is not valid because field is only ${width} bits wide`,
      piece,
    );
  if (end >= width)
    throw new FlowSyntaxError(
      `${piece.text}: ending bit ${end} is not valid because field is only ${width} bits wide`,
      piece,
    );
  if (use === "write" && !field.isWritable) throw new FlowSyntaxError(`${field.name} is read-only`, piece);
  return { field, start, bits: end - start + 1 };
}

/** `NXM_NX_REG0[0..15]`. */
export function formatSubfield({ field, start, bits }: Subfield): string {
  const name = field.oxm[0] ?? field.name;
  if (start === 0 && bits === fieldWidth(field)) return `${name}[]`;
  return bits === 1 ? `${name}[${start}]` : `${name}[${start}..${start + bits - 1}]`;
}

/** The value of these bits. */
export function readSubfield(key: Uint8Array, { field, start, bits }: Subfield): bigint {
  return (readField(key, field) >> BigInt(start)) & allOnes(bits);
}

/** Value and mask of the whole field that write `value` into these bits. */
export function placed({ start, bits }: Subfield, value: bigint): { value: bigint; mask: bigint } {
  const mask = allOnes(bits) << BigInt(start);
  return { value: (value << BigInt(start)) & mask, mask };
}
