import { FunctionTable } from "./function-table.ts";
import type { LinearMemory } from "./memory.ts";
import { Regions } from "./regions.ts";
import { Stack } from "./stack.ts";

/** What all programs of one simulation share: one processor. */
export class Machine {
  readonly memory: LinearMemory;
  readonly stack: Stack;
  readonly functions = new FunctionTable();
  readonly regions = new Regions();
  /*
   * Addresses of u32 that compiled code keeps about the run that is going on. A run that begins inside another sets them anew
   * and puts them back at its end.
   */
  /** Tail calls made. */
  readonly tailCallCell: number;
  /** Address of the context; only unverified programs keep it. */
  readonly contextCell: number;
  /** Rounds of loops left (signed); only unverified programs keep it. */
  readonly stepCell: number;

  constructor(memory: LinearMemory) {
    this.memory = memory;
    this.stack = new Stack(memory);
    const cells = memory.allocate(12);
    memory.bytes.fill(0, cells, cells + 12);
    this.tailCallCell = cells;
    this.contextCell = cells + 4;
    this.stepCell = cells + 8;
  }
}
