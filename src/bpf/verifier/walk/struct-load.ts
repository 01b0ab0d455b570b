import type { Btf, BtfComposite } from "../../object/btf/btf-type.ts";
import { sizeOf, skipModifiers } from "../../object/btf/resolve.ts";
import { FIELD_NAMES } from "../map.ts";
import { pointer, type Register, UNKNOWN_SCALAR } from "../state/register.ts";
import { FLAG, isAllocated, isTrusted, mayBeNull, TYPE } from "../state/register-type.ts";
import { isConstant, isZero } from "../values/scalar.ts";
import { tnumText } from "../values/tnum.ts";
import { fieldsOf } from "./object-fields.ts";
import { mayWriteStruct } from "./struct-write.ts";
import { trustOf } from "./trusted-fields.ts";
import type { Walk } from "./walk.ts";

/** A load from, or a store to, a struct that BTF describes (check_ptr_to_btf_access). Gives what a load gives. */
export function accessStruct(
  walk: Walk,
  register: Register,
  number: number,
  offset: number,
  size: number,
  access: "read" | "write",
): Register | undefined {
  const struct = register.struct!;
  const refuse = (reason: string): never => walk.refuse("memory-access", reason);
  if (!walk.privileges.perfmon)
    walk.refuse("pointer-leak", `'struct ${struct.name}' access is allowed only to CAP_PERFMON and CAP_SYS_ADMIN`);
  if (!walk.setup.gplCompatible && !struct.isLocal)
    walk.refuse("license", `Cannot access kernel 'struct ${struct.name}' from non-GPL compatible program`);
  if (offset < 0) refuse(`R${number} is ptr_${struct.name} invalid negative access: off=${offset}`);
  if (!isConstant(register.scalar) || !isZero(register.scalar))
    refuse(
      `R${number} is ptr_${struct.name} invalid variable offset: off=${offset}, var_off=${tnumText(register.scalar.bits)}`,
    );
  if ((register.type & FLAG.user) !== 0) refuse(`R${number} is ptr_${struct.name} access user memory: off=${offset}`);
  if ((register.type & FLAG.perCpu) !== 0)
    refuse(`R${number} is ptr_${struct.name} access percpu memory: off=${offset}`);
  const own = isAllocated(register.type) && (register.type & FLAG.untrusted) === 0;
  if (access === "write" && !own && !mayWriteStruct(walk, register, offset, size)) refuse("only read is supported");
  if (struct.btf === null)
    walk.refuse(
      "unsupported",
      `loads from struct ${struct.name} without the kernel's types are not supported by netsim yet`,
    );
  if (isAllocated(register.type)) {
    const field = fieldsOf(register).find((it) => offset < it.offset + it.size && it.offset < offset + size);
    if (field !== undefined) refuse(`direct access to ${FIELD_NAMES[field.kind]} is disallowed`);
  }
  const found = memberAt(walk, struct.btf, struct.id, offset, size, (register.type & FLAG.untrusted) !== 0);
  if (access === "write") return undefined;
  if (found.kind === "memory") return pointer(TYPE.memory | FLAG.readOnly | FLAG.untrusted);
  if (found.kind === "scalar" || isAllocated(register.type)) return UNKNOWN_SCALAR;
  const flags = flagsOf(walk, register, found);
  const id = (flags & FLAG.orNull) === 0 ? 0 : walk.newId();
  return pointer(TYPE.struct | flags, { struct: walk.structs.numbered(found.id), id });
}

/** What lies at an offset: bytes, a pointer to a struct, or one to something else. */
type Found =
  | { readonly kind: "scalar" }
  | { readonly kind: "memory" }
  | { readonly kind: "pointer"; readonly id: number; readonly flags: number; readonly member: string };

/** Whether a pointer out of a struct can be trusted as the struct's own can. */
function flagsOf(walk: Walk, register: Register, found: Found & { kind: "pointer" }): number {
  let { flags } = found;
  if ((register.type & FLAG.untrusted) !== 0) return FLAG.untrusted;
  // Out of a union nobody knows which member it is.
  const kept = flags & ~FLAG.rcu;
  if (!isTrusted(register) && (register.type & FLAG.rcu) === 0) return kept;
  const trust = trustOf(register.struct!.name, found.member);
  if (trust === "trusted") return flags | FLAG.trusted;
  if (trust === "trusted-or-null") return flags | FLAG.trusted | FLAG.orNull;
  if (!walk.inCriticalSection || mayBeNull(register.type)) return FLAG.untrusted;
  if (trust === "rcu") return flags | FLAG.rcu;
  if ((flags & FLAG.rcu) !== 0 || trust === "rcu-or-null") {
    if (trust === "rcu-or-null") flags &= ~FLAG.untrusted;
    return flags | FLAG.rcu | FLAG.orNull;
  }
  return (flags & (FLAG.perCpu | FLAG.user)) !== 0 ? flags : kept;
}

const TAGS: Readonly<Record<string, number>> = { user: FLAG.user, percpu: FLAG.perCpu, rcu: FLAG.rcu };

const compositeAt = (btf: Btf, id: number): BtfComposite | undefined => {
  const type = btf.type(id);
  return type.kind === "struct" || type.kind === "union" ? type : undefined;
};

/** btf_struct_walk */
function memberAt(walk: Walk, btf: Btf, struct: number, start: number, size: number, untrusted: boolean): Found {
  const refuse = (reason: string): never => walk.refuse("memory-access", reason);
  let offset = start;
  let flags = untrusted ? FLAG.untrusted : 0;
  let type = compositeAt(btf, struct);
  next: for (;;) {
    if (type === undefined) return refuse(`Type '${btf.name(struct)}' is not a struct`);
    const { name, members } = type;
    if (type.kind === "union" && members.length !== 1) flags |= FLAG.untrusted;
    if (offset + size > type.size) {
      const last = members.at(-1);
      const array = last === undefined ? undefined : btf.type(skipModifiers(btf, last.type) ?? 0);
      const at = (last?.bitOffset ?? 0) >> 3;
      if (array?.kind !== "array" || array.count !== 0 || offset < at)
        return refuse(`access beyond struct ${name} at off ${offset} size ${size}`);
      const element = skipModifiers(btf, array.element) ?? 0;
      if (btf.type(element).kind === "int") return { kind: "scalar" };
      const composite = compositeAt(btf, element);
      if (composite === undefined) return refuse(`access beyond struct ${name} at off ${offset} size ${size}`);
      offset = (offset - at) % composite.size;
      type = composite;
      continue;
    }
    for (const member of members) {
      let at = member.bitOffset >> 3;
      if (offset + size <= at) break;
      if (member.bitSize > 0) {
        if (offset <= at && (member.bitOffset + member.bitSize + 7) >> 3 <= offset + size) return { kind: "scalar" };
        continue;
      }
      if (offset < at) break;
      const end = at + (sizeOf(btf, member.type) ?? 0);
      if (offset >= end) continue;
      let id = skipModifiers(btf, member.type) ?? 0;
      for (let inner = btf.type(id); inner.kind === "array"; inner = btf.type(id)) {
        const each = sizeOf(btf, inner.element) ?? 1;
        at += Math.floor((offset - at) / each) * each;
        id = skipModifiers(btf, inner.element) ?? 0;
      }
      const composite = compositeAt(btf, id);
      if (composite !== undefined) {
        offset -= at;
        type = composite;
        continue next;
      }
      const found = btf.type(id);
      if (found.kind === "pointer") {
        if (size !== 8 || offset !== at)
          return refuse(
            `cannot access ptr member ${member.name} with moff ${at} in struct ${name} with off ${offset} size ${size}`,
          );
        const tag = btf.type(found.type);
        const tagged = tag.kind === "type-tag" ? (TAGS[tag.name] ?? 0) : 0;
        const pointee = skipModifiers(btf, found.type) ?? 0;
        if (compositeAt(btf, pointee) === undefined) return { kind: "memory" };
        return { kind: "pointer", id: pointee, flags: flags | tagged, member: member.name };
      }
      if (offset + size > end && (flags & FLAG.untrusted) === 0)
        return refuse(
          `access beyond the end of member ${member.name} (mend:${end}) in struct ${name} with off ${offset} size ${size}`,
        );
      return { kind: "scalar" };
    }
    return refuse(`struct ${name} doesn't have field at offset ${offset}`);
  }
}
