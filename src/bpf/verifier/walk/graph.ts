import type { ValueField } from "../../maps/definition.ts";
import { FIELD_NAMES } from "../map.ts";
import type { Register } from "../state/register.ts";
import { isBorrowed, OWN_OBJECT, TYPE } from "../state/register-type.ts";
import { isConstant } from "../values/scalar.ts";
import type { KernelFacts } from "./kernel-facts.ts";
import { fieldsOf } from "./object-fields.ts";
import type { Walk } from "./walk.ts";

const FIELDS = {
  "list-head": "list",
  "tree-root": "tree",
  "list-node": "list-node",
  "tree-node": "tree-node",
} as const;

/** The head of a list or the root of a tree, whose lock must be held (__process_kf_arg_ptr_to_graph_root). */
export function checkRoot(walk: Walk, i: number, register: Register, kind: "list-head" | "tree-root"): ValueField {
  if (register.type !== TYPE.mapValue && register.type !== OWN_OBJECT)
    walk.refuse("helper-call", `arg#${i} expected pointer to map value or allocated object`);
  if (register.type === OWN_OBJECT && register.reference === 0)
    walk.refuse("reference", "allocated object must be referenced");
  const { field, name, at } = fieldAt(walk, i, register, kind);
  if (field === undefined) walk.refuse("helper-call", `${name} not found at offset=${at}`);
  const lock = fieldsOf(register).find((it) => it.kind === "spin_lock");
  const { lock: held } = walk.state;
  const isOther = held !== null && (held.id !== register.id || held.owner !== lockOwner(register));
  if (held === null || isOther)
    walk.refuse(
      "lock",
      ...(isOther ? ["held lock and object are not in the same allocation"] : []),
      `bpf_spin_lock at off=${lock?.offset ?? -1} must be held for ${name}`,
    );
  if (field.holds === undefined)
    walk.refuse("unsupported", `${name} without a tag of what it holds is not supported by netsim yet`);
  return field;
}

/** What a lock belongs to: its map, or the types of the program. */
export const lockOwner = ({ map, struct }: Register): object | null => map ?? struct?.btf ?? null;

/** A node of a list or a tree (__process_kf_arg_ptr_to_graph_node). `stays`: it is in the tree already, if it is in one. */
export function checkNode(
  walk: Walk,
  i: number,
  register: Register,
  kind: "list-node" | "tree-node",
  facts: KernelFacts,
  stays: boolean,
): void {
  if (kind === "tree-node" && stays) {
    const { name } = facts.prototype;
    if (!isBorrowed(register.type) && register.reference === 0)
      walk.refuse("helper-call", `${name} can only take non-owning or refcounted bpf_rb_node pointer`);
    if (walk.inTreeOrder) walk.refuse("helper-call", `${name} not allowed in rbtree cb`);
  } else {
    if (register.type !== OWN_OBJECT) walk.refuse("helper-call", `arg#${i} expected pointer to allocated object`);
    if (register.reference === 0) walk.refuse("reference", "allocated object must be referenced");
  }
  const { field, name, at } = fieldAt(walk, i, register, kind);
  if (field === undefined) walk.refuse("helper-call", `${name} not found at offset=${at}`);
  const { struct, node } = facts.root!.holds!;
  const wanted = walk.structs.local(struct);
  if (register.struct !== wanted)
    walk.refuse(
      "helper-call",
      `operation on ${FIELD_NAMES[facts.root!.kind]} expects arg#1 ${name} at offset=${node} in struct ${wanted?.name ?? ""}, ` +
        `but arg is at offset=${at} in struct ${register.struct?.name ?? ""}`,
    );
  if (at !== node)
    walk.refuse(
      "helper-call",
      `arg#1 offset=${at}, but expected ${name} at offset=${node} in struct ${wanted?.name ?? ""}`,
    );
  facts.struct = register.struct;
}

function fieldAt(walk: Walk, i: number, register: Register, kind: keyof typeof FIELDS) {
  const name = FIELD_NAMES[FIELDS[kind]];
  if (!isConstant(register.scalar))
    walk.refuse("helper-call", `R${i + 1} doesn't have constant offset. ${name} has to be at the constant offset`);
  const at = register.offset + Number(register.scalar.smin);
  return { name, at, field: fieldsOf(register).find((it) => it.kind === FIELDS[kind] && it.offset === at) };
}
