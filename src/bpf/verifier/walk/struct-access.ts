import type { Btf, BtfComposite } from "../../object/btf/btf-type.ts";
import { sizeOf, skipModifiers } from "../../object/btf/resolve.ts";
import type { StructType } from "../state/struct-type.ts";
import type { Walk } from "./walk.ts";

/** Structs in structs that are looked into. */
const DEEPEST = 16;

const isComposite = (btf: Btf, id: number): BtfComposite | undefined => {
  const type = btf.type(id);
  return type.kind === "struct" || type.kind === "union" ? type : undefined;
};

/** Structs of one layout that stand for different states of a thing: none is the other (btf_type_ids_nocast_alias). */
const areAliases = (a: string, b: string): boolean => a === `${b}___init` || b === `${a}___init`;

/**
 * Whether a pointer to `given` plus `offset` will do where the kernel's struct `wanted` is asked for: it is that struct, or one lies
 * there, in whole (btf_struct_ids_match). `strict`: no less than the struct itself.
 */
export function structFits(walk: Walk, given: StructType, offset: number, wanted: string, strict: boolean): boolean {
  const target = walk.structs.named(wanted);
  if (given === target) return offset === 0;
  if (strict || areAliases(given.name, wanted) || given.btf === null) return false;
  const { btf } = given;
  let id = given.id;
  let rest = offset;
  for (let depth = 0; depth < DEEPEST; depth++) {
    const type = isComposite(btf, id);
    const member = type?.members.find((it) => {
      const at = it.bitOffset >> 3;
      return rest >= at && rest < at + (sizeOf(btf, it.type) ?? 0);
    });
    if (member === undefined) return false;
    rest -= member.bitOffset >> 3;
    id = skipModifiers(btf, member.type) ?? 0;
    const array = btf.type(id);
    if (array.kind === "array") {
      const each = sizeOf(btf, array.element) ?? 0;
      if (each === 0) return false;
      rest %= each;
      id = skipModifiers(btf, array.element) ?? 0;
    }
    if (isComposite(btf, id) === undefined) return false;
    if (rest === 0 && btf.name(id) === wanted) return true;
  }
  return false;
}
