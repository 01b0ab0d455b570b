import type { Btf, BtfComposite, BtfMember, BtfType } from "../btf/btf-type.ts";
import { sizeOf, skipModifiers } from "../btf/resolve.ts";
import { CoreError } from "./relocation-kind.ts";

/** How to get at a field, the part of the way that matters in another BTF too: named members and array elements. */
export interface Access {
  readonly btf: Btf;
  readonly steps: readonly Step[];
  readonly bitOffset: number;
}

export interface Step {
  /** The struct or union that the member is of; of an element its own type. */
  readonly typeId: number;
  readonly index: number;
  /** Undefined for elements. */
  readonly member?: BtfMember;
}

/** Steps of an access at most (BPF_CORE_SPEC_MAX_LEN). */
export const MOST_STEPS = 64;

/** The numbers of `0:1:2`. */
export function parseIndexes(text: string): number[] {
  if (!/^\d+(:\d+)*$/.test(text)) throw new CoreError(`'${text}' is no list of numbers`);
  const indexes = text.split(":").map(Number);
  if (indexes.length > MOST_STEPS) throw new CoreError(`it takes more than ${MOST_STEPS} steps`);
  return indexes;
}

/** Follows indexes through the object's own types. Members without names are passed through. Throws CoreError. */
export function followIndexes(btf: Btf, rootId: number, [first = 0, ...rest]: readonly number[]): Access {
  let id = unmodified(btf, rootId);
  const steps: Step[] = [{ typeId: id, index: first }];
  let bitOffset = first * bytesOf(btf, id) * 8;
  for (const index of rest) {
    id = unmodified(btf, id);
    const type = btf.type(id);
    if (type.kind === "struct" || type.kind === "union") {
      const member = type.members[index];
      if (member === undefined) throw new CoreError(`${describe(type)} has no member ${index}`);
      bitOffset += member.bitOffset;
      if (member.name !== "") steps.push({ typeId: id, index, member });
      id = member.type;
    } else if (type.kind === "array") {
      if (index >= type.count && !isFlexible(btf, steps.at(-1), type.count))
        throw new CoreError(`an array of ${type.count} has no element ${index}`);
      id = unmodified(btf, type.element);
      steps.push({ typeId: id, index });
      bitOffset += index * bytesOf(btf, id) * 8;
    } else throw new CoreError(`${describe(type)} has no members`);
  }
  return { btf, steps, bitOffset };
}

/** An array without a length at a struct's end may have any number of elements. */
export function isFlexible(btf: Btf, step: Step | undefined, count: number): boolean {
  if (step?.member === undefined || count > 0) return false;
  return step.index === (btf.type(step.typeId) as BtfComposite).members.length - 1;
}

export function unmodified(btf: Btf, id: number): number {
  const found = skipModifiers(btf, id);
  if (found === undefined) throw new CoreError("its type is too deep");
  return found;
}

export function bytesOf(btf: Btf, id: number): number {
  const size = sizeOf(btf, id);
  if (size === undefined) throw new CoreError(`${describe(btf.type(id))} has no size`);
  return size;
}

export const describe = (type: BtfType): string =>
  "name" in type && type.name !== "" ? `${type.kind} '${type.name}'` : `a ${type.kind} without a name`;
