import type { Btf, BtfComposite, BtfType } from "../object/btf/btf-type.ts";
import { writeBits } from "./bits.ts";
import type { PlainValue } from "./decode.ts";
import { bytesOf, isCharacter, plainType } from "./plain-type.ts";

/** A value does not fit its type. */
export class EncodeError extends Error {
  /** Where in the value: `flows[2].name`; "" for all of it. */
  readonly path: string;

  constructor(path: string, message: string) {
    super(path === "" ? message : `${path}: ${message}`);
    this.name = "EncodeError";
    this.path = path;
  }
}

/**
 * Bytes of a value: what `decodeValue` gives, or integers as numbers, bigints or strings (`"0x2a"`). Members that are not named are
 * 0. Throws EncodeError.
 */
export function encodeValue(btf: Btf, id: number, value: PlainValue | bigint): Uint8Array {
  const bytes = new Uint8Array(bytesOf(btf, id));
  encodeInto(btf, id, value, bytes, "");
  return bytes;
}

function encodeInto(btf: Btf, id: number, value: PlainValue | bigint, bytes: Uint8Array, path: string): void {
  const type = plainType(btf, id);
  switch (type.kind) {
    case "int":
    case "enum":
    case "enum64":
    case "pointer": {
      const bits = type.kind === "int" ? type.bits : type.kind === "pointer" ? 64 : 8 * type.size;
      writeBits(bytes, 0, bits, integer(type, value, bits, path));
      return;
    }
    case "float": {
      if (typeof value !== "number") throw new EncodeError(path, "a number is needed.");
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      if (type.size === 4) view.setFloat32(0, value, true);
      else view.setFloat64(0, value, true);
      return;
    }
    case "array":
      encodeArray(btf, type, value, bytes, path);
      return;
    case "struct":
    case "union":
      encodeMembers(btf, type, record(value, path), bytes, path, type.kind);
      return;
    case "section": {
      const given = record(value, path);
      const known = new Map(
        type.variables.flatMap((it) => {
          const named = btf.type(it.type);
          return named.kind === "variable" ? [[named.name, { ...it, of: named.type }] as const] : [];
        }),
      );
      for (const [name, own] of Object.entries(given)) {
        const variable = known.get(name);
        if (variable === undefined) throw new EncodeError(path, `there is no variable '${name}'.`);
        encodeInto(btf, variable.of, own, bytes.subarray(variable.offset), join(path, name));
      }
      return;
    }
    default:
      throw new EncodeError(path, "there are no values of this type.");
  }
}

function encodeArray(
  btf: Btf,
  { element, count }: Extract<BtfType, { kind: "array" }>,
  value: PlainValue | bigint,
  bytes: Uint8Array,
  path: string,
): void {
  if (typeof value === "string" && isCharacter(btf, element)) {
    const text = Buffer.from(value, "utf8");
    if (text.length >= count) throw new EncodeError(path, `the text needs ${text.length + 1} bytes of ${count}.`);
    bytes.set(text);
    return;
  }
  if (!Array.isArray(value)) throw new EncodeError(path, "an array is needed.");
  if (value.length > count) throw new EncodeError(path, `there are ${value.length} elements where ${count} may be.`);
  const size = bytesOf(btf, element);
  for (const [i, own] of (value as readonly PlainValue[]).entries())
    encodeInto(btf, element, own, bytes.subarray(i * size, (i + 1) * size), `${path}[${i}]`);
}

function encodeMembers(
  btf: Btf,
  type: BtfComposite,
  given: { readonly [name: string]: PlainValue },
  bytes: Uint8Array,
  path: string,
  kind: string,
): void {
  for (const [name, own] of Object.entries(given)) {
    const found = findMember(btf, type, name, 0);
    if (found === undefined) throw new EncodeError(path, `the ${kind} ${type.name} has no member '${name}'.`);
    const { member, bitOffset, bitSize } = found;
    const at = join(path, name);
    if (bitSize > 0) writeBits(bytes, bitOffset, bitSize, integer(plainType(btf, member), own, bitSize, at));
    else encodeInto(btf, member, own, bytes.subarray(bitOffset >> 3), at);
  }
}

/** A member by its name, also one of anonymous members. */
function findMember(
  btf: Btf,
  { members }: BtfComposite,
  name: string,
  base: number,
): { readonly member: number; readonly bitOffset: number; readonly bitSize: number } | undefined {
  for (const it of members) {
    const bitOffset = base + it.bitOffset;
    if (it.name === name) return { member: it.type, bitOffset, bitSize: it.bitSize };
    if (it.name !== "") continue;
    const inner = plainType(btf, it.type);
    const found =
      inner.kind === "struct" || inner.kind === "union" ? findMember(btf, inner, name, bitOffset) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

function integer(type: BtfType, value: PlainValue | bigint, bits: number, path: string): bigint {
  const number = toInteger(type, value);
  if (number === undefined) {
    const names =
      type.kind === "enum" || type.kind === "enum64" ? ` or one of ${type.values.map((it) => it.name).join(", ")}` : "";
    throw new EncodeError(path, `a whole number${names} is needed, not ${JSON.stringify(value)}.`);
  }
  if (number < -(1n << BigInt(bits - 1)) || number >= 1n << BigInt(bits))
    throw new EncodeError(path, `${number} does not fit into ${bits} bits.`);
  return number;
}

function toInteger(type: BtfType, value: PlainValue | bigint): bigint | undefined {
  if (typeof value === "bigint") return value;
  if (typeof value === "boolean") return BigInt(value);
  if (typeof value === "number") return Number.isInteger(value) ? BigInt(value) : undefined;
  if (typeof value !== "string") return undefined;
  if (type.kind === "enum" || type.kind === "enum64") {
    const named = type.values.find((it) => it.name === value);
    if (named !== undefined) return named.value;
  }
  return /^(-?\d+|0x[\da-f]+)$/i.test(value) ? BigInt(value) : undefined;
}

function record(value: PlainValue | bigint, path: string): { readonly [name: string]: PlainValue } {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new EncodeError(path, "an object with the members' names is needed.");
  return value as { readonly [name: string]: PlainValue };
}

const join = (path: string, name: string): string => (path === "" ? name : `${path}.${name}`);
