import type { Environment } from "../environment.ts";
import type { DenseCode } from "./dense-code.ts";
import type { Execution } from "./execution.ts";
import { InterpretedProgram } from "./interpreted-program.ts";

/**
 * Told of an instruction before it runs.
 * @param code the program that it is of: a tail call changes it.
 * @param slot number of the instruction.
 * @param execution the run, whose registers are as the instruction finds them.
 */
export type StepObserver = (code: DenseCode, slot: number, execution: Execution) => void;

/** A program that tells of each instruction which it runs, those of functions that helpers call included. */
export class SteppedProgram extends InterpretedProgram {
  private readonly observe: StepObserver;

  /** Throws UnloadableProgram. */
  constructor(program: Uint8Array, environment: Environment, observe: StepObserver) {
    super(program, environment);
    this.observe = observe;
  }

  protected override complete(execution: Execution): void {
    for (let left = this.steps; left > 0; left--) {
      this.observe(execution.code, execution.instruction, execution);
      if (execution.resume(1)) return;
    }
    throw execution.tooLong();
  }
}
