import { sizeOf, skipModifiers } from "../../object/btf/resolve.ts";
import { pointer, type Register } from "../state/register.ts";
import { FLAG, TYPE } from "../state/register-type.ts";
import type { Walk } from "./walk.ts";

/** One processor's own of what every one has (RET_PTR_TO_MEM_OR_BTF_ID). */
export function onProcessor(walk: Walk, { type, struct }: Register, mayBeNull: boolean): Register {
  // The program's own live as long as the critical section, and on every processor.
  if ((type & FLAG.rcu) !== 0) return pointer(TYPE.struct | FLAG.allocated | FLAG.rcu, { struct });
  const orNull = mayBeNull ? FLAG.orNull : 0;
  const id = mayBeNull ? walk.newId() : 0;
  const { btf, id: typeId } = struct!;
  const actual = btf === null ? 0 : (skipModifiers(btf, typeId) ?? 0);
  const kind = btf?.type(actual).kind ?? "struct";
  if (btf === null || kind === "struct" || kind === "union") {
    const of = btf === null || actual === typeId ? struct : walk.structs.numbered(actual);
    return pointer(TYPE.struct | orNull, { struct: of, id });
  }
  return pointer(TYPE.memory | FLAG.readOnly | orNull, { extent: sizeOf(btf, actual) ?? 0, id });
}
