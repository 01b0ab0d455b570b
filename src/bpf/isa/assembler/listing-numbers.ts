import type { TextProblem } from "../../program-text-error.ts";
import type { SourceLine } from "./source-line.ts";

/** Checks a listing's instruction numbers: they may begin anywhere, but then count slots without a gap. */
export class ListingNumbers {
  /** Number of the listing less the slot that it is of. */
  private ahead: number | undefined;

  /** What is wrong with the line's number, if anything is; its instruction comes to lie in `slot`. */
  check({ line, number }: SourceLine, slot: number): TextProblem | undefined {
    if (number === undefined) return undefined;
    const { value, column } = number;
    const ahead = this.ahead ?? value - slot;
    this.ahead = value - slot;
    if (ahead === this.ahead) return undefined;
    return {
      line,
      column,
      endColumn: column + String(value).length,
      message: `The listing numbers this instruction ${value}, but it is number ${slot + ahead}.`,
      hint: "A line may be missing or out of order; a 64-bit immediate counts as two. Numbers may also be left out.",
    };
  }
}

/** What is wrong with an instruction number that no instruction follows. */
export function emptyNumber(line: number, { value, column }: NonNullable<SourceLine["number"]>): TextProblem {
  return {
    line,
    column,
    endColumn: column + String(value).length,
    message: `No instruction follows the number ${value}.`,
    hint: "A label begins with a letter.",
  };
}
