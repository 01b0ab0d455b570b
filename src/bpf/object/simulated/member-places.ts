import type { Btf, BtfComposite } from "../btf/btf-type.ts";
import { sizeOf, skipModifiers } from "../btf/resolve.ts";
import { simulatedTypes } from "./simulated-types.ts";

/** Where a member lies in its struct, and what it is. */
export interface MemberPlace {
  /** Bytes from the struct's beginning. */
  readonly offset: number;
  /** Bytes; 0 for bit fields. */
  readonly size: number;
  /** Its type in the simulated types, without names and modifiers. */
  readonly type: number;
}

/** Bytes of one of the kernel's structs, which must be there. */
export function structBytes(name: string): number {
  return structOf(name).size;
}

/** Offsets of members of one of the kernel's structs, by their names; of those in structs in it by `__sk_common.skc_num`. Throws RangeError. */
export function memberOffsets<N extends string>(struct: string, ...members: readonly N[]): Readonly<Record<N, number>> {
  const type = structOf(struct);
  return Object.fromEntries(
    members.map((path) => {
      const place = placeOf(simulatedTypes(), type, path);
      if (place === undefined) throw new RangeError(`struct ${struct} has no member '${path}'.`);
      return [path, place.offset];
    }),
  ) as Record<N, number>;
}

/** A member of one of the kernel's structs, also inside of structs without names; undefined: there is none. */
export function memberPlace(struct: string, member: string): MemberPlace | undefined {
  const id = simulatedTypes().find("struct", struct);
  return id === undefined ? undefined : placeOf(simulatedTypes(), structOf(struct), member);
}

function structOf(name: string): BtfComposite {
  const types = simulatedTypes();
  const type = types.type(types.find("struct", name) ?? 0);
  if (type.kind !== "struct") throw new RangeError(`There is no struct ${name}.`);
  return type;
}

function placeOf(btf: Btf, { members }: BtfComposite, path: string): MemberPlace | undefined {
  const [first, ...rest] = path.split(".");
  for (const { name, type, bitOffset, bitSize } of members) {
    const actual = skipModifiers(btf, type) ?? 0;
    const inner = btf.type(actual);
    const offset = bitOffset >> 3;
    const isComposite = inner.kind === "struct" || inner.kind === "union";
    if (name === first && rest.length === 0)
      return { offset, size: bitSize > 0 ? 0 : (sizeOf(btf, actual) ?? 0), type: actual };
    if (!isComposite || (name !== "" && name !== first)) continue;
    const found = placeOf(btf, inner, name === "" ? path : rest.join("."));
    if (found !== undefined) return { ...found, offset: offset + found.offset };
  }
  return undefined;
}
