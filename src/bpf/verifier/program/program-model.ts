import type { DecodedProgram } from "../../isa/decode.ts";
import type { Instruction } from "../../isa/instruction.ts";
import type { DecodeProblem } from "../../isa/problem.ts";
import { type Edges, findEdges } from "./successors.ts";

/** A function of the program: the slots from `start` up to the next function's. */
export interface Subprogram {
  readonly number: number;
  readonly start: number;
  /** Slot behind its last one. */
  readonly end: number;
}

/** The program as every pass looks at it. */
export interface ProgramModel {
  /** One entry a slot; null in second slots and where an instruction has a problem. */
  readonly instructions: readonly (Instruction | null)[];
  /** The same with stand-ins for malformed instructions: where code leads, and no more. */
  readonly flow: readonly (Instruction | null)[];
  readonly problems: ReadonlyMap<number, DecodeProblem>;
  readonly subprograms: readonly Subprogram[];
  /** Number of the subprogram that a slot belongs to. */
  readonly subprogramOf: Int32Array;
  readonly edges: Edges;
}

/** `starts`: where functions begin, sorted. */
export function modelProgram(
  program: DecodedProgram,
  flow: readonly (Instruction | null)[],
  starts: readonly number[],
): ProgramModel {
  const count = program.instructions.length;
  const subprograms = starts.map((start, number) => ({ number, start, end: starts[number + 1] ?? count }));
  const subprogramOf = new Int32Array(count);
  for (const { number, start, end } of subprograms) subprogramOf.fill(number, start, end);
  const problems = new Map<number, DecodeProblem>();
  for (const problem of program.problems) if (!problems.has(problem.index)) problems.set(problem.index, problem);
  return {
    instructions: program.instructions,
    flow,
    problems,
    subprograms,
    subprogramOf,
    edges: findEdges(flow),
  };
}
