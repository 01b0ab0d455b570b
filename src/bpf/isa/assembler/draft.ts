import type { Instruction } from "../instruction.ts";
import type { Token } from "./tokens.ts";

/** A name that an instruction uses, to be looked up once all labels are known. */
export interface NameUse {
  readonly name: string;
  readonly token: Token;
  /**
   * What it may be: `target`: a label; `target-or-exit`: also the word exit, for the first 'exit' of the program;
   * `function`: a label or a helper; `address`: a label or a map; `map`: a map; `kernel-function`: a kernel function.
   */
  readonly as: "target" | "target-or-exit" | "function" | "address" | "map" | "kernel-function";
}

/**
 * One translated statement. Where `uses` is given, the instruction's target, helper or immediate is still to be filled
 * in.
 */
export interface Draft {
  readonly instruction: Instruction;
  readonly uses?: NameUse;
}

/** What the columns that listings put before an instruction say of it; decides where the text alone leaves a choice. */
export interface ListingHint {
  readonly opcode?: number;
  readonly src?: number;
}
