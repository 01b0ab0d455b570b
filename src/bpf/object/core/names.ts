import type { Btf, BtfType } from "../btf/btf-type.ts";

/** `task_struct` of `task_struct___old`: what follows three underscores is a flavour, for programs that know several layouts. */
export function essentialName(name: string): string {
  if (!name.includes("___")) return name;
  for (let i = name.length - 5; i >= 0; i--)
    if (name.startsWith("___", i + 1) && name[i] !== "_" && name[i + 4] !== "_") return name.slice(0, i + 1);
  return name;
}

export const nameOf = (type: BtfType): string => ("name" in type ? type.name : "");

const isEnumeration = ({ kind }: BtfType): boolean => kind === "enum" || kind === "enum64";

/** Kinds that count as one: enumerations of 32 and of 64 bits. */
export const isSameKind = (a: BtfType, b: BtfType): boolean =>
  a.kind === b.kind || (isEnumeration(a) && isEnumeration(b));

const INDEXES = new WeakMap<Btf, ReadonlyMap<string, readonly number[]>>();

/** Types that a type with that name may stand for in another BTF: those of the same kind whose names are the same but for flavours. */
export function candidates(btf: Btf, like: BtfType): readonly number[] {
  let index = INDEXES.get(btf);
  if (index === undefined) {
    index = indexByName(btf);
    INDEXES.set(btf, index);
  }
  return (index.get(essentialName(nameOf(like))) ?? []).filter((id) => isSameKind(btf.type(id), like));
}

function indexByName(btf: Btf): ReadonlyMap<string, readonly number[]> {
  const index = new Map<string, number[]>();
  for (let id = 1; id < btf.count; id++) {
    const name = essentialName(btf.name(id));
    if (name === "") continue;
    const ids = index.get(name);
    if (ids === undefined) index.set(name, [id]);
    else ids.push(id);
  }
  return index;
}
