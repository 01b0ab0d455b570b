import type { CoreRelocation } from "../btf/btf-ext.ts";
import type { Btf } from "../btf/btf-type.ts";
import { followIndexes, parseIndexes } from "./access.ts";
import { nameOf } from "./names.ts";
import { isAbout, RELOCATION_KINDS } from "./relocation-kind.ts";

/** What a relocation asks for, as C names it: `struct task_struct.mm.owner`, `enum bpf_func_id.BPF_FUNC_loop`, `struct sock`. */
export function askedFor(local: Btf, { kind: number, typeId, access }: CoreRelocation): string {
  const type = local.type(typeId);
  const name =
    type.kind === "typedef" ? nameOf(type) : `${type.kind === "enum64" ? "enum" : type.kind} ${nameOf(type)}`;
  const kind = RELOCATION_KINDS[number]!;
  if (isAbout(kind, "type")) return name;
  const indexes = parseIndexes(access);
  if (!isAbout(kind, "field"))
    return type.kind === "enum" || type.kind === "enum64" ? `${name}.${type.values[indexes[0]!]?.name}` : name;
  const [first, ...steps] = followIndexes(local, typeId, indexes).steps;
  const index = first!.index === 0 ? "" : `[${first!.index}]`;
  return `${name}${index}${steps.map(({ member, index: i }) => (member === undefined ? `[${i}]` : `.${member.name}`)).join("")}`;
}
