import type { Instruction } from "../../isa/instruction.ts";
import type { WalkState } from "../state/walk-state.ts";
import type { Walk } from "../walk/walk.ts";
import { stateText } from "./register-text.ts";

/** Columns that instructions are padded to before the registers that they changed. */
const COLUMNS = 40;

/**
 * The log in the kernel's form. Level 0 has nothing, 1 the way to the refusal, 2 the whole walk with the states at every
 * jump back to a path that waited.
 */
export class VerifierLog {
  readonly level: 0 | 1 | 2;
  readonly #textOf: (instruction: Instruction) => string;
  #lines: string[] = [];
  readonly #registers = new Set<number>();
  readonly #slots = new Set<number>();
  /** Whether the last line is that of the instruction at hand, without its registers yet. */
  #open = false;
  #resumed = false;

  constructor(level: 0 | 1 | 2, textOf: (instruction: Instruction) => string) {
    this.level = level;
    this.#textOf = textOf;
    if (level > 0) this.#touchAll();
  }

  get length(): number {
    return this.#lines.length;
  }

  get text(): string {
    return this.#lines.map((line) => `${line}\n`).join("");
  }

  /** The program was accepted: level 1 says no more than its statistics. */
  accepted(): void {
    if (this.level === 1) this.#lines = [];
  }

  line(text: string): void {
    if (this.level === 0) return;
    this.#lines.push(text);
    this.#open = false;
  }

  state(title: string, state: WalkState): void {
    if (this.level > 0) this.line(title + stateText(state));
  }

  /** The instruction at hand read or changed a register. */
  touch(register: number): void {
    if (this.level > 0) this.#registers.add(register);
  }

  touchSlot(slot: number): void {
    if (this.level > 0) this.#slots.add(slot);
  }

  #touchAll(): void {
    for (let i = 0; i < 11; i++) this.#registers.add(i);
    for (let i = 0; i < 64; i++) this.#slots.add(i);
  }

  /** The walk comes to an instruction. */
  instruction(walk: Walk, index: number): void {
    if (this.level === 0) return;
    if (this.level === 2 && this.#resumed) {
      this.line("");
      this.line(`from ${walk.previousIndex} to ${index}:${stateText(walk.state)}`);
      this.#registers.clear();
      this.#slots.clear();
      this.#resumed = false;
    }
    if (this.#registers.size + this.#slots.size > 0) this.instructionState(walk.state);
    const instruction = walk.model.instructions[index]!;
    if (instruction !== null) {
      this.#lines.push(`${index}: ${this.#textOf(instruction)}`);
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
    } else this.#lines.push(`${state.index}:${text}`);
    this.#registers.clear();
    this.#slots.clear();
  }

  pruned(from: number, to: number): void {
    if (this.level === 0) return;
    if (this.#resumed) this.line("");
    this.line(this.#resumed ? `from ${from} to ${to}: safe` : `${to}: safe`);
  }

  callEntered(state: WalkState): void {
    if (this.level === 0) return;
    const inner = state.frames.length - 1;
    this.line("caller:");
    this.line(stateText(state, inner - 1));
    this.line("callee:");
    this.line(stateText(state, inner));
  }

  callReturned(state: WalkState, index: number): void {
    if (this.level === 0) return;
    const inner = state.frames.length - 1;
    this.line("returning from callee:");
    this.line(stateText(state, inner));
    this.line(`to caller at ${index}:`);
    this.line(stateText(state, inner - 1));
    this.#resumed = true;
  }

  /** A path that waited goes on; level 1 forgets what came since it was put off. */
  backTo(length: number): void {
    if (this.level === 0) return;
    if (this.level === 1) this.#lines.length = length;
    this.#touchAll();
    this.#open = false;
    this.#resumed = true;
  }
}

/** Column of the registers behind an instruction of `length` columns (vlog_alignment). */
function padded(length: number): number {
  return Math.ceil(Math.max(length + 5, COLUMNS) / 8) * 8 - 2;
}
