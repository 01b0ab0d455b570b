import type { Btf, BtfComposite, BtfEnumeration, BtfType } from "../btf/btf-type.ts";
import { unmodified } from "./access.ts";
import { essentialName, nameOf } from "./names.ts";
import { CoreError } from "./relocation-kind.ts";

const DEEPEST = 32;
/** Comparisons of one relocation at most: types that contain each other many times over would take for ever. */
const MOST_COMPARISONS = 1_000_000;

/** Does the target have the local type, member by member (bpf_core_types_match)? Only names count behind pointers. */
export function doTypesMatch(local: Btf, localId: number, target: Btf, targetId: number): boolean {
  return new Matcher(local, target).match(localId, targetId, false, DEEPEST);
}

class Matcher {
  readonly #local: Btf;
  readonly #target: Btf;
  #comparisons = 0;

  constructor(local: Btf, target: Btf) {
    this.#local = local;
    this.#target = target;
  }

  match(localId: number, targetId: number, behindPointer: boolean, levels: number): boolean {
    if (levels <= 0) throw new CoreError("its types are too deep");
    for (let depth = 0; depth < DEEPEST; depth++) {
      if (++this.#comparisons > MOST_COMPARISONS) throw new CoreError("its types are too many to compare");
      localId = unmodified(this.#local, localId);
      targetId = unmodified(this.#target, targetId);
      const [a, b] = [this.#local.type(localId), this.#target.type(targetId)];
      if (!isNamedLike(nameOf(a), nameOf(b))) return false;
      if (a.kind === "pointer" && b.kind === "pointer") {
        behindPointer = true;
        localId = a.type;
        targetId = b.type;
      } else if (a.kind === "array" && b.kind === "array") {
        if (a.count !== b.count) return false;
        localId = a.element;
        targetId = b.element;
      } else if (a.kind === "prototype" && b.kind === "prototype") {
        if (a.parameters.length !== b.parameters.length) return false;
        const pointer = behindPointer;
        if (!a.parameters.every(({ type }, i) => this.match(type, b.parameters[i]!.type, pointer, levels - 1)))
          return false;
        localId = a.returns;
        targetId = b.returns;
      } else return this.#matchEnds(a, b, behindPointer, levels);
    }
    throw new CoreError("its types are too deep");
  }

  /** Types that lead to no other one, or to members. */
  #matchEnds(a: BtfType, b: BtfType, behindPointer: boolean, levels: number): boolean {
    switch (a.kind) {
      case "void":
        return b.kind === "void";
      case "int":
        return b.kind === "int" && a.size === b.size && a.signed === b.signed;
      case "enum":
      case "enum64":
        return (b.kind === "enum" || b.kind === "enum64") && hasEnumerators(a, b);
      case "forward":
        if (b.kind === "forward") return a.of === b.of;
        return behindPointer && b.kind === a.of;
      case "struct":
      case "union":
        if (b.kind === "forward") return behindPointer && b.of === a.kind;
        if (b.kind !== a.kind) return false;
        return behindPointer || this.#hasMembers(a, b, levels);
      default:
        return false;
    }
  }

  #hasMembers(a: BtfComposite, b: BtfComposite, levels: number): boolean {
    return (
      a.members.length <= b.members.length &&
      a.members.every((wanted) =>
        b.members.some(
          (member) => isNamedLike(wanted.name, member.name) && this.match(wanted.type, member.type, false, levels - 1),
        ),
      )
    );
  }
}

const isNamedLike = (local: string, target: string): boolean =>
  target === "" ? local === "" : essentialName(local) === essentialName(target);

function hasEnumerators(a: BtfEnumeration, b: BtfEnumeration): boolean {
  if (a.size !== b.size || a.values.length > b.values.length) return false;
  const names = new Set(b.values.map(({ name }) => essentialName(name)));
  return a.values.every(({ name }) => names.has(essentialName(name)));
}
