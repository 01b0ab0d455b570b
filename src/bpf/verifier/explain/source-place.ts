/** Where an instruction comes from. */
export interface SourcePlace {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1; absent where it is not known. */
  readonly column?: number;
  /** The line itself; absent where it is not known. */
  readonly text?: string;
}

/** Finds the source of the instruction in a slot; undefined where none is known. */
export type SourceOf = (instruction: number) => SourcePlace | undefined;

/** Where a line of source begins, as BTF's line information has it (`bpf_line_info`). */
export interface LineStart {
  /** Slot of the first instruction of the line. */
  readonly instruction: number;
  readonly file: string;
  readonly line: number;
  /** 0: not known. */
  readonly column: number;
  readonly text: string;
}

/** Finds sources by line information: each line goes on until the next one begins. @param lines in the order of slots. */
export function sourceByLines(lines: readonly LineStart[]): SourceOf {
  return (instruction) => {
    let low = 0;
    let high = lines.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (lines[middle]!.instruction <= instruction) low = middle + 1;
      else high = middle;
    }
    const found = lines[low - 1];
    if (found === undefined || instruction < 0) return undefined;
    const { file, line, column, text } = found;
    return { file, line, ...(column > 0 ? { column } : {}), ...(text === "" ? {} : { text }) };
  };
}
