import type { Btf, BtfMember } from "../btf/btf-type.ts";
import { type Access, bytesOf, isFlexible, MOST_STEPS, type Step, unmodified } from "./access.ts";
import { areFieldsCompatible } from "./compatible.ts";
import { CoreError } from "./relocation-kind.ts";

/** Members that are looked at for one access: structs without names inside of each other would take for ever. */
const MOST_MEMBERS = 1_000_000;

/** A member, found by name, with where it is. */
interface Found extends Step {
  readonly member: BtfMember;
  /** From the beginning of the type that was searched. */
  readonly bitOffset: number;
  /** Members without names passed on the way, and itself. */
  readonly depth: number;
}

/**
 * Finds the field that `local` leads to in another BTF's type: members by their names, wherever they are; elements by number.
 * Undefined where it is not there (bpf_core_spec_match). Throws CoreError.
 */
export function findAccess(local: Access, target: Btf, targetId: number): Access | undefined {
  const steps: Step[] = [];
  let bitOffset = 0;
  let id = targetId;
  let length = 0;
  const budget = { left: MOST_MEMBERS };
  for (const [i, step] of local.steps.entries()) {
    id = unmodified(target, id);
    if (step.member !== undefined) {
      const found = findMember(local.btf, step.member, target, id, length, budget);
      if (found === undefined) return undefined;
      steps.push(found);
      bitOffset += found.bitOffset;
      length += found.depth;
      id = found.member.type;
      continue;
    }
    if (i > 0) {
      const array = target.type(id);
      if (array.kind !== "array") return undefined;
      if (step.index >= array.count && !isFlexible(target, steps.at(-1), array.count)) return undefined;
      id = unmodified(target, array.element);
    }
    if (++length > MOST_STEPS) throw new CoreError("its field is too deep");
    steps.push({ typeId: id, index: step.index });
    bitOffset += step.index * bytesOf(target, id) * 8;
  }
  return { btf: target, steps, bitOffset };
}

/** The first member of that name, in the order of the struct and into members without names. */
function findMember(
  local: Btf,
  wanted: BtfMember,
  target: Btf,
  structId: number,
  length: number,
  budget: { left: number },
): Found | undefined {
  const typeId = unmodified(target, structId);
  const type = target.type(typeId);
  if (type.kind !== "struct" && type.kind !== "union") return undefined;
  if (type.members.length > 0 && length >= MOST_STEPS) throw new CoreError("its field is too deep");
  for (const [index, member] of type.members.entries()) {
    if (--budget.left < 0) throw new CoreError("its type has too many members");
    if (member.name === "") {
      const inside = findMember(local, wanted, target, member.type, length + 1, budget);
      if (inside !== undefined)
        return { ...inside, bitOffset: inside.bitOffset + member.bitOffset, depth: inside.depth + 1 };
    } else if (member.name === wanted.name)
      return areFieldsCompatible(local, wanted.type, target, member.type)
        ? { typeId, index, member, bitOffset: member.bitOffset, depth: 1 }
        : undefined;
  }
  return undefined;
}
