import { MAX_RUN_FRAMES } from "../limits.ts";
import { type DenseCode, R1, REGISTER_WORDS } from "./dense-code.ts";

/** Words of a saved frame: the registers R1 to R10 at their places, then these three. */
const RETURN_TO = REGISTER_WORDS;
const MAY_GOTO_LEFT = REGISTER_WORDS + 1;
const IS_MAIN = REGISTER_WORDS + 2;
const FRAME_WORDS = REGISTER_WORDS + 3;

/** What callers go on with once the functions that they called have returned. */
export class Frames {
  /** Callers that wait. */
  depth = 0;
  private readonly words = new Int32Array((MAX_RUN_FRAMES - 1) * FRAME_WORDS);
  private readonly codes: (DenseCode | undefined)[] = [];

  /** Saves a caller. All but R0 are its own again afterwards, as in the kernel's interpreter. */
  push(code: DenseCode, r: Int32Array, returnTo: number, mayGotoLeft: number, isMain: boolean): void {
    const { words } = this;
    const base = this.depth * FRAME_WORDS;
    for (let i = R1; i < REGISTER_WORDS; i++) words[base + i] = r[i]!;
    words[base + RETURN_TO] = returnTo;
    words[base + MAY_GOTO_LEFT] = mayGotoLeft;
    words[base + IS_MAIN] = Number(isMain);
    this.codes[this.depth++] = code;
  }

  /** Code of the caller that waits last. */
  get code(): DenseCode {
    return this.codes[this.depth - 1]!;
  }

  /** Word of its next instruction. */
  get returnTo(): number {
    return this.words[(this.depth - 1) * FRAME_WORDS + RETURN_TO]!;
  }

  get mayGotoLeft(): number {
    return this.words[(this.depth - 1) * FRAME_WORDS + MAY_GOTO_LEFT]!;
  }

  /** Is it a program's main function? */
  get isMain(): boolean {
    return this.words[(this.depth - 1) * FRAME_WORDS + IS_MAIN] === 1;
  }

  /** Gives the caller its registers back and forgets it. */
  pop(r: Int32Array): void {
    const { words } = this;
    const base = --this.depth * FRAME_WORDS;
    for (let i = R1; i < REGISTER_WORDS; i++) r[i] = words[base + i]!;
  }

  clear(): void {
    this.depth = 0;
  }
}
