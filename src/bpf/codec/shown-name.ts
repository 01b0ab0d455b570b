import type { Btf, BtfMember, BtfType } from "../object/btf/btf-type.ts";

/** Pointers, arrays and typedefs that a name can be of. */
const DEEPEST = 10;
/** Bytes of a name, the zero at its end included. */
const LONGEST = 80;

/**
 * What Linux writes in front of a value: `.member = (type name)`, and the bracket that opens it (btf_show_name, kernel/bpf/btf.c).
 * @param id the value's type, where it is no member.
 */
export function shownName(btf: Btf, id: number, member: BtfMember | undefined, isBare: boolean): string {
  let type: BtfType = btf.type(member?.type ?? id);
  let name: string | undefined;
  let [arrays, pointers, bracket] = ["", "", ""];
  let hasTypedef = false;
  let step = 0;
  for (; step < DEEPEST; step++) {
    let next = 0;
    if (type.kind === "typedef") {
      name ??= type.name;
      hasTypedef = true;
      next = type.type;
    } else if (type.kind === "array") {
      arrays += "[]";
      bracket = "[";
      next = type.element;
    } else if (type.kind === "pointer") {
      pointers += "*";
      next = type.type;
    }
    if (next === 0) break;
    type = behindQualifiers(btf, next);
  }
  if (step === DEEPEST) return "";
  name ??= "name" in type ? type.name : "";
  let prefix = "";
  if (type.kind === "struct" || type.kind === "union") {
    prefix = type.kind;
    if (arrays === "") bracket = "{";
  } else if (type.kind === "enum" || type.kind === "enum64") prefix = "enum";
  if (pointers !== "") bracket = "";
  if (hasTypedef) prefix = "";
  if (isBare) return bracket;
  const front = member !== undefined && member.name !== "" ? `.${member.name} = ` : "";
  const between = prefix !== "" && name !== "" ? " " : "";
  const stars = pointers === "" ? "" : ` ${pointers}`;
  return `${front}(${prefix}${between}${name}${stars}${arrays})${bracket}`.slice(0, LONGEST - 1);
}

function behindQualifiers(btf: Btf, id: number): BtfType {
  let type = btf.type(id);
  while (type.kind === "const" || type.kind === "volatile" || type.kind === "restrict" || type.kind === "type-tag")
    type = btf.type(type.type);
  return type;
}
