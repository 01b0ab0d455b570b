import type { DecodeProblem } from "../isa/problem.ts";

/** A program cannot be loaded into an engine. Carries everything that is wrong with it, in the order of the instructions. */
export class UnloadableProgram extends Error {
  readonly problems: readonly DecodeProblem[];

  constructor(problems: readonly DecodeProblem[]) {
    super(problems.map(({ message }) => message).join("\n"));
    this.name = "UnloadableProgram";
    this.problems = problems;
  }
}
