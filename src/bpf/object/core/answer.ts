import type { Btf, BtfEnumeration } from "../btf/btf-type.ts";
import { type Access, bytesOf, unmodified } from "./access.ts";
import { CoreError, type RelocationKind } from "./relocation-kind.ts";

/** What a relocation gives for one BTF. */
export interface Answer {
  /** Unsigned, 64 bits. */
  readonly value: bigint;
  /** Of a field that is no bit field: its type. */
  readonly fieldType?: number;
  /** Its size, which decides how much a load or store moves. */
  readonly fieldSize?: number;
  /** The compiler's own answer need not be the same: it is free in how it gets at bit fields. */
  readonly isAmbiguous?: true;
}

/** About a field; undefined where it is missing and nothing can stand for it. Throws CoreError. */
export function answerField(kind: RelocationKind, access: Access | undefined): Answer | undefined {
  if (kind === "field-exists") return { value: access === undefined ? 0n : 1n };
  if (access === undefined) return undefined;
  const { btf, steps, bitOffset } = access;
  const { member, typeId } = steps.at(-1)!;
  const [type, bits] = member === undefined ? [typeId, 0] : [unmodified(btf, member.type), member.bitSize];
  if (bits > 0) return answerBitField(kind, btf, type, bitOffset, bits);
  const size = bytesOf(btf, type);
  if (kind === "field-offset") return { value: BigInt(Math.floor(bitOffset / 8)), fieldType: type, fieldSize: size };
  if (kind === "field-size") return { value: BigInt(size) };
  if (member === undefined) throw new CoreError("an array's element has neither sign nor shifts");
  if (kind === "field-signed") return { value: isSigned(btf, type) };
  if (kind === "field-shift-right") return { value: BigInt.asUintN(64, BigInt(64 - size * 8)) };
  const shift = 64 - (bitOffset + size * 8 - Math.floor(bitOffset / 8) * 8);
  return { value: BigInt.asUintN(64, BigInt(shift)) };
}

/** Bit fields are read by the smallest load that holds them whole, shifted left and then right. */
function answerBitField(kind: RelocationKind, btf: Btf, type: number, bitOffset: number, bits: number): Answer {
  let size = bytesOf(btf, type);
  if (size === 0) throw new CoreError("its field has no size");
  const firstByte = () => Math.floor(Math.floor(bitOffset / 8) / size) * size;
  while (bitOffset + bits - firstByte() * 8 > size * 8) {
    if (size >= 8) throw new CoreError("its bit field cannot be read by a load of 64 bits");
    size *= 2;
  }
  switch (kind) {
    case "field-offset":
      return { value: BigInt(firstByte()), isAmbiguous: true };
    case "field-size":
      return { value: BigInt(size), isAmbiguous: true };
    case "field-signed":
      return { value: isSigned(btf, type) };
    case "field-shift-left":
      return { value: BigInt.asUintN(64, BigInt(64 - (bitOffset + bits - firstByte() * 8))), isAmbiguous: true };
    default:
      return { value: BigInt.asUintN(64, BigInt(64 - bits)) };
  }
}

function isSigned(btf: Btf, id: number): bigint {
  const type = btf.type(id);
  return (type.kind === "int" || type.kind === "enum" || type.kind === "enum64") && type.signed ? 1n : 0n;
}

/** About a type as a whole; 0 where it is missing. @param id undefined where it is. */
export function answerType(kind: RelocationKind, btf: Btf, id: number | undefined): Answer {
  if (id === undefined) return { value: 0n };
  if (kind === "type-id-target") return { value: BigInt(id), isAmbiguous: true };
  return { value: kind === "type-size" ? BigInt(bytesOf(btf, id)) : 1n };
}

/** About a value of an enumeration; undefined where it is missing and nothing can stand for it. */
export function answerEnumerator(
  kind: RelocationKind,
  enumeration: BtfEnumeration | undefined,
  index: number,
): Answer | undefined {
  if (kind === "enumerator-exists") return { value: enumeration === undefined ? 0n : 1n };
  if (enumeration === undefined) return undefined;
  const { value } = enumeration.values[index]!;
  // Values of 32 bits are taken as signed whatever their type says.
  return { value: BigInt.asUintN(64, enumeration.kind === "enum" ? BigInt.asIntN(32, value) : value) };
}
