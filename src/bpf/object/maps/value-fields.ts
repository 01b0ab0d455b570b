import type { KernelPointer, ValueField } from "../../maps/definition.ts";
import type { Btf } from "../btf/btf-type.ts";
import { sizeOf, skipModifiers } from "../btf/resolve.ts";

/** Structs that only helpers change, by name (btf_get_field_type). */
const STRUCTS: Readonly<Record<string, ValueField["kind"]>> = {
  bpf_spin_lock: "spin_lock",
  bpf_res_spin_lock: "resilient_lock",
  bpf_timer: "timer",
  bpf_wq: "workqueue",
  bpf_list_head: "list",
  bpf_list_node: "list-node",
  bpf_rb_root: "tree",
  bpf_rb_node: "tree-node",
  bpf_refcount: "reference-count",
};
const ONLY_ONE: readonly ValueField["kind"][] = [
  "spin_lock",
  "resilient_lock",
  "timer",
  "workqueue",
  "reference-count",
];

/** What lists and trees are made of. */
const NODES = { list: "list-node", tree: "tree-node" } as const;

/** What a list or a tree is said to hold, and by what. */
interface Held {
  readonly struct: number;
  readonly node: number;
  readonly nodeKind: ValueField["kind"] | undefined;
}

const POINTER_TAGS: Readonly<Record<string, KernelPointer["kind"]>> = {
  kptr: "referenced",
  kptr_untrusted: "untrusted",
  percpu_kptr: "percpu",
  uptr: "user",
};
/** `contains:NODE:MEMBER` at a list's head or a tree's root. */
const CONTAINS = /^contains:([^:]+):(.+)$/;
const POINTER_BYTES = 8;
/** BTF_FIELDS_MAX */
const MOST_FIELDS = 11;
/** Structs in structs that are looked into (MAX_RESOLVE_DEPTH). */
const DEEPEST = 32;
/** Members that are looked at: hostile types have no end. */
const MOST_MEMBERS = 10_000;

/**
 * The parts of a value of that type that only helpers change: locks, timers, kernel pointers and the like. Linux knows of none where
 * one of them cannot be: a list or a tree that is not said to hold anything, holds nothing that there is, or has no lock; a second lock; a node
 * of both that nobody counts the holders of; more than eleven of them (btf_parse_fields).
 */
export function valueFields(btf: Btf, typeId: number): ValueField[] {
  const found: ValueField[] = [];
  let looked = 0;
  let isBroken = false;
  const add = (field: ValueField): void => {
    isBroken ||=
      found.length >= MOST_FIELDS || (ONLY_ONE.includes(field.kind) && found.some((it) => it.kind === field.kind));
    found.push(field);
  };
  const look = (id: number, offset: number, depth: number, holds?: Held): void => {
    if (depth > DEEPEST || isBroken || ++looked > MOST_MEMBERS) return;
    const type = btf.type(skipModifiers(btf, id) ?? 0);
    switch (type.kind) {
      case "struct": {
        const kind = Object.hasOwn(STRUCTS, type.name) ? STRUCTS[type.name] : undefined;
        if (kind !== undefined) {
          if ((kind === "list" || kind === "tree") && holds?.nodeKind !== NODES[kind]) isBroken = true;
          found.push({
            kind,
            offset,
            size: type.size,
            ...(holds && { holds: { struct: holds.struct, node: holds.node } }),
          });
        } else {
          const actual = skipModifiers(btf, id) ?? 0;
          for (const [i, member] of type.members.entries())
            look(member.type, offset + (member.bitOffset >> 3), depth + 1, heldBy(btf, actual, i));
        }
        break;
      }
      case "array": {
        const { kind } = btf.type(skipModifiers(btf, type.element) ?? 0);
        const size = sizeOf(btf, type.element) ?? 0;
        if (kind === "struct" || kind === "pointer" || kind === "array")
          for (let i = 0; i < type.count && i <= MOST_FIELDS; i++)
            look(type.element, offset + i * size, depth + 1, holds);
        break;
      }
      case "pointer": {
        const tag = btf.type(type.type);
        const kind =
          tag.kind === "type-tag" && Object.hasOwn(POINTER_TAGS, tag.name) ? POINTER_TAGS[tag.name] : undefined;
        if (kind === undefined || tag.kind !== "type-tag") break;
        const to = skipModifiers(btf, tag.type) ?? 0;
        add({ kind: "kptr", offset, size: POINTER_BYTES, pointer: { name: btf.name(to), id: to, kind } });
        break;
      }
    }
  };
  const type = btf.type(skipModifiers(btf, typeId) ?? 0);
  if (type.kind === "section")
    for (const it of type.variables) look(variableType(btf, it.type), it.offset, 0, heldBy(btf, it.type, -1));
  else look(typeId, 0, 0);
  const has = (...kinds: readonly ValueField["kind"][]) => found.some(({ kind }) => kinds.includes(kind));
  const isUnlocked = has("list", "tree") && !has("spin_lock", "resilient_lock");
  const isUncounted = has("list-node") && has("tree-node") && !has("reference-count");
  return isBroken || isUnlocked || isUncounted ? [] : found;
}

function variableType(btf: Btf, id: number): number {
  const variable = btf.type(id);
  return variable.kind === "variable" ? variable.type : 0;
}

/** What declaration tags say that the list or tree in a member holds; of a variable, component -1 (btf_find_graph_root). */
function heldBy(btf: Btf, id: number, component: number): Held | undefined {
  const [, name, node] = CONTAINS.exec(tagsOf(btf).get(`${id}:${component}`) ?? "") ?? [];
  const struct = name === undefined ? undefined : btf.find("struct", name);
  const type = struct === undefined ? undefined : btf.type(struct);
  if (type?.kind !== "struct") return undefined;
  const member = type.members.find((it) => it.name === node);
  if (member === undefined) return undefined;
  const nodeKind = STRUCTS[btf.name(skipModifiers(btf, member.type) ?? 0)];
  return { struct: struct!, node: member.bitOffset >> 3, nodeKind };
}

const TAGS = new WeakMap<Btf, Map<string, string>>();

/** The tags that begin with `contains:`, by what they are about. */
function tagsOf(btf: Btf): ReadonlyMap<string, string> {
  let tags = TAGS.get(btf);
  if (tags === undefined) {
    tags = new Map();
    for (let id = 1; id < btf.count; id++) {
      const name = btf.name(id);
      if (!name.startsWith("contains:")) continue;
      const type = btf.type(id);
      if (type.kind === "declaration-tag") tags.set(`${type.type}:${type.component}`, name);
    }
    TAGS.set(btf, tags);
  }
  return tags;
}
