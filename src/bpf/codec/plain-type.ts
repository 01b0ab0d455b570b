import type { Btf, BtfType } from "../object/btf/btf-type.ts";
import { sizeOf, skipModifiers } from "../object/btf/resolve.ts";

/** What a type is behind its names and qualifiers. Throws RangeError where it is nothing but names. */
export function plainType(btf: Btf, id: number): BtfType {
  const at = skipModifiers(btf, id);
  if (at === undefined) throw new RangeError(`BTF type ${id} names others without end.`);
  return btf.type(at);
}

/** Bytes of a value of the type. Throws RangeError where there are no such values. */
export function bytesOf(btf: Btf, id: number): number {
  const size = sizeOf(btf, id);
  if (size === undefined) throw new RangeError(`BTF type ${id} has no size.`);
  return size;
}

/** Is it C's `char`, by whatever qualifiers? A typedef of it is a number. */
export function isCharacter(btf: Btf, id: number): boolean {
  let type = btf.type(id);
  for (
    let depth = 0;
    depth < 32 && (type.kind === "const" || type.kind === "volatile" || type.kind === "restrict");
    depth++
  )
    type = btf.type(type.type);
  return type.kind === "int" && type.size === 1 && (type.meaning === "character" || type.name === "char");
}
