import { FRAME_BYTES, MAX_FRAMES, MAX_RUN_FRAMES } from "./limits.ts";
import type { LinearMemory } from "./memory.ts";

/** Programs that may run inside one another: a helper that transmits runs the next device's programs, and so on. */
const NESTED_RUNS = 16;

/** The innermost may use all that one run can. */
const BYTES = ((NESTED_RUNS - 1) * MAX_FRAMES + MAX_RUN_FRAMES) * FRAME_BYTES;

/**
 * The stack of a machine's programs. It grows down: a run's main function has R10 = `top` and owns the FRAME_BYTES below,
 * the function that it calls has R10 = `top - FRAME_BYTES`, and so on. Frames are not cleared between runs.
 */
export class Stack {
  /** Lowest address. */
  readonly base: number;
  /** Address after the highest byte: where the outermost run begins. */
  readonly end: number;
  /** Address of `top` in memory (u32), for compiled code. */
  readonly topCell: number;
  private readonly memory: LinearMemory;

  constructor(memory: LinearMemory) {
    this.memory = memory;
    this.base = memory.allocate(BYTES);
    this.end = this.base + BYTES;
    this.topCell = memory.allocate(4);
    this.reset();
  }

  /**
   * R10 of the next program to be run. An engine lowers it below the calling frame while a host function that `reenters` runs,
   * and puts it back afterwards.
   */
  get top(): number {
    return this.memory.uint32(this.topCell);
  }

  set top(address: number) {
    this.memory.setUint32(this.topCell, address);
  }

  /** Nothing runs any more: after a fault. */
  reset(): void {
    this.top = this.end;
  }
}
