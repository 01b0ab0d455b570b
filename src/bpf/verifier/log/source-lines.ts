import type { SourceLine } from "../../object/object-file.ts";

/** Which line of the C source each instruction became of, as logs show it: each line once until another one is shown (verbose_linfo). */
export class SourceLines {
  readonly #lines: readonly SourceLine[];
  #shown: SourceLine | undefined;

  /** @param lines in the order of their instructions. */
  constructor(lines: readonly SourceLine[]) {
    this.#lines = lines;
  }

  /** Another function is walked now. */
  forget(): void {
    this.#shown = undefined;
  }

  /** `return XDP_PASS; @ pass.c:7`: the line of the instruction in a slot; undefined where there is none, or it was shown last. */
  next(index: number): string | undefined {
    const line = this.#lineOf(index);
    const shown = this.#shown;
    if (line === undefined || (line.file === shown?.file && line.line === shown.line)) return undefined;
    this.#shown = line;
    return `${line.text.trimStart()} @ ${line.file.slice(line.file.lastIndexOf("/") + 1)}:${line.line}`;
  }

  /** The last line that begins at the slot or before it (find_linfo). */
  #lineOf(index: number): SourceLine | undefined {
    let [low, high] = [0, this.#lines.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#lines[middle]!.instruction <= index) low = middle;
      else high = middle - 1;
    }
    return this.#lines[low];
  }
}
