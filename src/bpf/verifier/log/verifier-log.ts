import type { Instruction } from "../../isa/instruction.ts";
import type { SourceLine } from "../../object/object-file.ts";
import type { Refusal } from "../refusal.ts";
import type { WalkState } from "../state/walk-state.ts";
import type { Walk } from "../walk/walk.ts";
import { stateText } from "./register-text.ts";
import { SourceLines } from "./source-lines.ts";

/** Columns that instructions are padded to before the registers that they changed. */
const COLUMNS = 40;
/** A longer log of level 2 loses its beginning. */
const MAX_CHARACTERS = 1 << 25;

/** Where the log stood. */
export interface LogMark {
  readonly length: number;
  /** The last line as it was then, or undefined where its registers had been shown. */
  readonly open: string | undefined;
}

/**
 * The log in the kernel's form. Level 0 has nothing, 1 the way to the refusal, 2 the whole walk with the states at every
 * jump back to a path that waited.
 */
export class VerifierLog {
  readonly level: 0 | 1 | 2;
  /** `(b7) r0 = 0` */
  readonly textOf: (instruction: Instruction) => string;
  readonly #sources: SourceLines;
  #lines: string[] = [];
  #characters = 0;
  readonly #registers = new Set<number>();
  readonly #slots = new Set<number>();
  /** Whether the last line is that of the instruction at hand, without its registers yet. */
  #open = false;
  #resumed = false;
  /** The next line goes on in the last one. */
  #glued = false;

  constructor(level: 0 | 1 | 2, textOf: (instruction: Instruction) => string, lines: readonly SourceLine[] = []) {
    this.level = level;
    this.textOf = textOf;
    this.#sources = new SourceLines(lines);
    this.touchAll();
  }

  mark(): LogMark {
    return { length: this.#lines.length, open: this.#open ? this.#lines[this.#lines.length - 1] : undefined };
  }

  get text(): string {
    return this.#lines.map((line) => `${line}\n`).join("");
  }

  /** The program was accepted: level 1 says no more than its statistics. */
  accepted(): void {
    if (this.level !== 1) return;
    this.#lines = [];
    this.#glued = false;
  }

  line(text: string): void {
    if (this.level === 0) return;
    this.#push(text);
    this.#open = false;
  }

  /** A line that level 2 alone has. */
  detail(text: string): void {
    if (this.level === 2) this.line(text);
  }

  /** A function is walked by itself from here on. */
  functionBegins(): void {
    this.#sources.forget();
    this.#resumed = false;
    this.touchAll();
  }

  /** The line of the source that the instruction in a slot became of, where it was not shown last. */
  source(index: number, prefix = "; "): void {
    if (this.level === 0) return;
    const text = this.#sources.next(index);
    if (text !== undefined) this.line(`${prefix}${text}`);
  }

  refusal({ lines, details, sources }: Refusal): void {
    for (const { index, prefix } of sources) this.source(index, prefix);
    for (const line of [...lines, ...details]) this.line(line);
  }

  /** The instruction at hand read or changed a register. */
  touch(register: number): void {
    if (this.level > 0) this.#registers.add(register);
  }

  touchSlot(slot: number): void {
    if (this.level > 0) this.#slots.add(slot);
  }

  /** All registers are new: a function begins. */
  touchAll(): void {
    if (this.level === 0) return;
    for (let i = 0; i < 11; i++) this.#registers.add(i);
    for (let i = 0; i < 64; i++) this.#slots.add(i);
  }

  /** The walk comes to an instruction. */
  instruction(walk: Walk, index: number): void {
    if (this.level === 0) return;
    if (this.level === 2 && this.#resumed) {
      this.line("");
      this.line(`from ${walk.previousIndex} to ${index}${waysTo(walk.state)}:${stateText(walk.state)}`);
      this.#resumed = false;
    }
    if (this.#registers.size + this.#slots.size > 0) this.instructionState(walk.state);
    this.source(index);
    const instruction = walk.model.instructions[index]!;
    if (instruction !== null) {
      this.#push(`${index}: ${this.textOf(instruction)}`);
      this.#open = true;
    }
  }

  /** Shows the registers that the instruction touched, behind it (print_insn_state). */
  instructionState(state: WalkState): void {
    if (this.level === 0) return;
    const text = stateText(state, state.frames.length - 1, this.#registers, this.#slots);
    if (this.#open) {
      const last = this.#lines[this.#lines.length - 1]!;
      this.#lines[this.#lines.length - 1] = `${last.padEnd(padded(last.length))};${text}`;
      this.#open = false;
    } else this.#push(`${state.index}:${text}`);
    this.#registers.clear();
    this.#slots.clear();
  }

  pruned(state: WalkState, from: number, to: number): void {
    if (this.level === 0) return;
    if (this.#resumed) this.line("");
    this.line(this.#resumed ? `from ${from} to ${to}${waysTo(state)}: safe` : `${to}: safe`);
  }

  callEntered(state: WalkState): void {
    if (this.level === 0) return;
    const inner = state.frames.length - 1;
    this.line("caller:");
    this.line(stateText(state, inner - 1));
    this.line("callee:");
    this.line(stateText(state, inner));
    this.touchAll();
  }

  callReturned(state: WalkState, index: number): void {
    if (this.level === 0) return;
    const inner = state.frames.length - 1;
    this.line("returning from callee:");
    this.line(stateText(state, inner));
    this.line(`to caller at ${index}:`);
    this.line(stateText(state, inner - 1));
  }

  /** The next instruction is shown with how the path came to it. */
  showWay(): void {
    this.#resumed = true;
  }

  /** A path that waited goes on; level 1 forgets what came since it was put off. */
  backTo({ length, open }: LogMark): void {
    if (this.level === 0) return;
    if (this.level === 1) {
      this.#lines.length = length;
      // Showing the registers took the place of the line's end, which the kernel does not put back.
      this.#glued = open !== undefined && open !== this.#lines[length - 1];
      if (this.#glued) this.#lines[length - 1] = `${open} `;
    }
    this.touchAll();
    this.#open = false;
    this.#resumed = true;
  }

  /** Like the kernel, which writes in a ring, it keeps the end of a long log. */
  #forgetOldest(): void {
    this.#lines = this.#lines.slice(this.#lines.length >> 1);
    this.#characters = this.#lines.reduce((sum, { length }) => sum + length, 0);
  }

  #push(line: string): void {
    if (this.#glued) this.#lines[this.#lines.length - 1] += line;
    else this.#lines.push(line);
    this.#characters += line.length;
    if (this.level === 2 && this.#characters > MAX_CHARACTERS) this.#forgetOldest();
    this.#glued = false;
  }
}

const waysTo = (state: WalkState): string => (state.speculative ? " (speculative execution)" : "");

/** Column of the registers behind an instruction of `length` columns (vlog_alignment). */
function padded(length: number): number {
  return Math.ceil(Math.max(length + 5, COLUMNS) / 8) * 8 - 2;
}
