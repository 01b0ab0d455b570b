import type { Instruction } from "../../isa/instruction.ts";
import { slotsOf } from "../../isa/instruction.ts";
import type { ProgramModel } from "./program-model.ts";

/** There is no such edge. */
export const NO_EDGE = -1;

/**
 * Slots that may run after the instruction in a slot, within its function; calls go on behind themselves. NO_EDGE where there
 * is none.
 */
export interface Edges {
  /** The fall-through, or where an unconditional jump leads. */
  readonly next: Int32Array;
  /** Where a branch leads. */
  readonly branch: Int32Array;
}

export function findEdges(flow: readonly (Instruction | null)[]): Edges {
  const next = new Int32Array(flow.length).fill(NO_EDGE);
  const branch = new Int32Array(flow.length).fill(NO_EDGE);
  for (let index = 0; index < flow.length; index++) {
    const instruction = flow[index]!;
    if (instruction === null || instruction.kind === "exit") continue;
    if (instruction.kind === "jump") {
      next[index] = instruction.target;
      continue;
    }
    next[index] = index + slotsOf(instruction);
    if (instruction.kind === "branch" || instruction.kind === "may-goto") branch[index] = instruction.target;
  }
  return { next, branch };
}

/** The same as a list, the fall-through first. */
export function successorsOf({ edges }: ProgramModel, index: number): readonly number[] {
  return [edges.next[index]!, edges.branch[index]!].filter((slot) => slot !== NO_EDGE);
}
