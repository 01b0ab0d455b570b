import type { Btf } from "../object/btf/btf-type.ts";
import { readBits, textIn } from "./bits.ts";
import { readFloat } from "./dump-value.ts";
import { bytesOf, isCharacter, plainType } from "./plain-type.ts";

/**
 * A value of a map as JSON has it. Integers beyond 53 bits are strings of digits, pointers hexadecimal strings, values of
 * enumerations their names, character arrays that hold text strings, anonymous members part of what they are in.
 */
export type PlainValue =
  | number
  | string
  | boolean
  | null
  | readonly PlainValue[]
  | { readonly [name: string]: PlainValue };

/** Reads a value of a BTF type. Throws RangeError where there are no values of the type, or too few bytes. */
export function decodeValue(btf: Btf, id: number, bytes: Uint8Array): PlainValue {
  const type = plainType(btf, id);
  if (type.kind !== "section" && bytes.length < bytesOf(btf, id))
    throw new RangeError(`A value of BTF type ${id} has ${bytesOf(btf, id)} bytes, not ${bytes.length}.`);
  switch (type.kind) {
    case "int": {
      if (type.meaning === "boolean") return bytes[0] !== 0;
      const value = readBits(bytes, type.bitOffset, type.bits);
      return safe(type.signed ? BigInt.asIntN(type.bits, value) : value);
    }
    case "enum":
    case "enum64": {
      const unsigned = readBits(bytes, 0, 8 * type.size);
      const value = type.signed ? BigInt.asIntN(8 * type.size, unsigned) : unsigned;
      return type.values.find((it) => it.value === value)?.name ?? safe(value);
    }
    case "pointer":
      return `0x${readBits(bytes, 0, 64).toString(16)}`;
    case "float":
      return readFloat(bytes, type.size);
    case "array": {
      const text = isCharacter(btf, type.element) ? textIn(bytes.subarray(0, type.count)) : undefined;
      if (text !== undefined) return text;
      const size = bytesOf(btf, type.element);
      return Array.from({ length: type.count }, (_, i) => decodeValue(btf, type.element, bytes.subarray(i * size)));
    }
    case "struct":
    case "union": {
      const value: Record<string, PlainValue> = {};
      for (const { name, type: member, bitOffset, bitSize } of type.members) {
        const own =
          bitSize > 0
            ? bitField(btf, member, bytes, bitOffset, bitSize)
            : decodeValue(btf, member, bytes.subarray(bitOffset >> 3));
        if (name === "" && isRecord(own)) Object.assign(value, own);
        else if (name !== "") value[name] = own;
      }
      return value;
    }
    case "section":
      return Object.fromEntries(
        type.variables.flatMap(({ type: variable, offset }) => {
          const named = btf.type(variable);
          return named.kind === "variable" ? [[named.name, decodeValue(btf, named.type, bytes.subarray(offset))]] : [];
        }),
      );
    default:
      throw new RangeError(`There are no values of BTF type ${id}.`);
  }
}

function bitField(btf: Btf, id: number, bytes: Uint8Array, offset: number, bits: number): PlainValue {
  const type = plainType(btf, id);
  const unsigned = readBits(bytes, offset, bits);
  if (type.kind === "int" && type.meaning === "boolean") return unsigned !== 0n;
  const signed = (type.kind === "int" || type.kind === "enum" || type.kind === "enum64") && type.signed;
  const value = signed ? BigInt.asIntN(bits, unsigned) : unsigned;
  if (type.kind === "enum" || type.kind === "enum64")
    return type.values.find((it) => it.value === value)?.name ?? safe(value);
  return safe(value);
}

const isRecord = (value: PlainValue): value is { readonly [name: string]: PlainValue } =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A number where it is exact. */
function safe(value: bigint): number | string {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value.toString();
}
