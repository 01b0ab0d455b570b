import type { ValueField } from "../../maps/definition.ts";
import type { Btf } from "../btf/btf-type.ts";
import { skipModifiers } from "../btf/resolve.ts";

/** Structs that only helpers change, by name (btf_get_field_type). */
const STRUCTS: Readonly<Record<string, ValueField["kind"]>> = {
  bpf_spin_lock: "spin_lock",
  bpf_res_spin_lock: "spin_lock",
  bpf_timer: "timer",
  bpf_wq: "workqueue",
  bpf_list_head: "list",
  bpf_rb_root: "tree",
  bpf_refcount: "reference-count",
};
const POINTER_TAGS: ReadonlySet<string> = new Set(["kptr", "kptr_untrusted", "percpu_kptr", "uptr"]);
const POINTER_BYTES = 8;
/** BTF_FIELDS_MAX */
const MOST_FIELDS = 11;
/** Structs in structs that are looked into (MAX_RESOLVE_DEPTH). */
const DEEPEST = 32;
/** Members that are looked at: hostile types have no end. */
const MOST_MEMBERS = 10_000;

/** The parts of a value of that type that only helpers change: locks, timers, kernel pointers and the like. */
export function valueFields(btf: Btf, typeId: number): ValueField[] {
  const found: ValueField[] = [];
  let looked = 0;
  const look = (id: number, offset: number, depth: number): void => {
    if (depth > DEEPEST || found.length >= MOST_FIELDS || ++looked > MOST_MEMBERS) return;
    const type = btf.type(skipModifiers(btf, id) ?? 0);
    switch (type.kind) {
      case "struct": {
        const kind = Object.hasOwn(STRUCTS, type.name) ? STRUCTS[type.name] : undefined;
        if (kind !== undefined) found.push({ kind, offset, size: type.size });
        else for (const member of type.members) look(member.type, offset + (member.bitOffset >> 3), depth + 1);
        break;
      }
      case "array": {
        const element = btf.type(skipModifiers(btf, type.element) ?? 0);
        const size = element.kind === "struct" ? element.size : POINTER_BYTES;
        if (element.kind === "struct" || element.kind === "pointer")
          for (let i = 0; i < type.count && i <= MOST_FIELDS; i++) look(type.element, offset + i * size, depth + 1);
        break;
      }
      case "pointer": {
        const tag = btf.type(type.type);
        if (tag.kind === "type-tag" && POINTER_TAGS.has(tag.name))
          found.push({ kind: "kptr", offset, size: POINTER_BYTES });
        break;
      }
    }
  };
  const type = btf.type(skipModifiers(btf, typeId) ?? 0);
  if (type.kind === "section") for (const it of type.variables) look(variableType(btf, it.type), it.offset, 0);
  else look(typeId, 0, 0);
  return found;
}

function variableType(btf: Btf, id: number): number {
  const variable = btf.type(id);
  return variable.kind === "variable" ? variable.type : 0;
}
