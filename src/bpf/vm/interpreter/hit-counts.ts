import type { DenseCode } from "./dense-code.ts";
import type { Execution } from "./execution.ts";

/** How often instructions ran: for each program that a run went through, a count a slot. */
export class HitCounts {
  private readonly counts = new Map<DenseCode, Float64Array>();

  /** Counts of a program's slots. */
  of(code: DenseCode): Float64Array {
    let counts = this.counts.get(code);
    if (counts === undefined) {
      counts = new Float64Array(code.instructions.length);
      this.counts.set(code, counts);
    }
    return counts;
  }

  /**
   * Runs at most `budget` instructions and adds them to the counts. Returns whether the program has ended. Several times slower than
   * `resume`, because the run stops after each instruction.
   */
  resume(execution: Execution, budget: number): boolean {
    for (let left = budget; left > 0; left--) {
      this.of(execution.code)[execution.instruction]!++;
      if (execution.resume(1)) return true;
    }
    return false;
  }
}
