import type { Place } from "../../errors.ts";
import type { InstructionCoverage, ProgramCoverage } from "./coverage.ts";

/** An instruction that is counted. */
export interface Countable {
  readonly index: number;
  readonly text: string;
  readonly place?: Place;
  /** The instruction that it may jump to, where it may also go on to the next one. */
  readonly target?: number;
}

/** Counts the instructions of one program as they run. */
export class CoverageCounter {
  readonly name: string;
  private readonly listing: readonly Countable[];
  private readonly targets: readonly (number | undefined)[];
  private readonly counts: Float64Array;
  private readonly jumps: Float64Array;

  constructor(name: string, listing: readonly Countable[]) {
    this.name = name;
    this.listing = listing;
    const size = (listing.at(-1)?.index ?? -1) + 1;
    this.counts = new Float64Array(size);
    this.jumps = new Float64Array(size);
    const targets = new Array<number | undefined>(size).fill(undefined);
    for (const { index, target } of listing) targets[index] = target;
    this.targets = targets;
  }

  /** @param before the instruction that ran before this one in the same run. */
  step(index: number, before: number | undefined): void {
    this.counts[index]!++;
    if (before !== undefined && this.targets[before] === index) this.jumps[before]!++;
  }

  get coverage(): ProgramCoverage {
    const instructions = this.listing.map(({ target, ...one }): InstructionCoverage => {
      const count = this.counts[one.index]!;
      const jumped = this.jumps[one.index]!;
      return { ...one, count, ...(target !== undefined && { branch: { jumped, wentOn: count - jumped } }) };
    });
    return { name: this.name, instructions };
  }
}
