/** What kind of rule a program broke. */
export type Category =
  | "encoding"
  | "control-flow"
  | "loop"
  | "complexity"
  | "uninitialized"
  | "memory-access"
  | "stack"
  | "packet"
  | "map"
  | "context"
  | "null-pointer"
  | "pointer-arithmetic"
  | "pointer-leak"
  | "speculation"
  | "privilege"
  | "alignment"
  | "helper-call"
  | "function-call"
  | "license"
  | "reference"
  | "lock"
  | "return-value"
  | "unsupported";

/** Ends the walk: the program is refused at an instruction. */
export class Refusal extends Error {
  /** What Linux prints, line by line; the last line is the reason. */
  readonly lines: readonly string[];
  readonly category: Category;
  /** Lines that Linux prints behind the reason: the states of a loop. */
  readonly details: readonly string[];
  /** Instructions whose lines of the source stand before the reason, and what stands before these. */
  readonly sources: readonly { readonly index: number; readonly prefix: string }[];
  /** Slot of the instruction, or -1 where no one instruction is to blame. */
  readonly index: number;

  /** A barrier keeps a processor that guesses wrongly from it (error_recoverable_with_nospec). */
  get isAvoidable(): boolean {
    return this.category !== "complexity" && this.category !== "unsupported";
  }

  constructor(
    category: Category,
    index: number,
    lines: readonly string[],
    details: readonly string[] = [],
    sources: Refusal["sources"] = [],
  ) {
    // Where in the verifier it was thrown is of no interest, and costs more than the check.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(lines.at(-1) ?? "");
    Error.stackTraceLimit = stackTraceLimit;
    this.details = details;
    this.sources = sources;
    this.category = category;
    this.index = index;
    this.lines = lines;
  }
}
