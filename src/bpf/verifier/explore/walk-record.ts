import { registerText } from "../log/register-text.ts";
import type { WalkObserver } from "../observer.ts";
import type { Frame } from "../state/frame.ts";
import type { Register } from "../state/register.ts";
import { TYPE } from "../state/register-type.ts";
import { BYTE, BYTE_LETTERS, byteOf, type StackSlot } from "../state/stack-slot.ts";
import type { Walk } from "../walk/walk.ts";

/** A state that the walk came to an instruction in. */
export interface RecordedState {
  /** The instruction before it on the path; -1 at the beginning. */
  readonly from: number;
  /** How many functions are active besides the main one. */
  readonly frame: number;
  /** `R1` or `fp-8`, what it holds as logs show it, and whether the instruction before changed it. */
  readonly values: readonly (readonly [name: string, value: string, changed: boolean])[];
}

/** What happened at an instruction. */
export interface InstructionRecord {
  /** How often the walk came to it. */
  visits: number;
  /** How often the walk ended there, as an earlier state allowed whatever that one did. */
  pruned: number;
  /** The first of them. */
  readonly states: RecordedState[];
}

/** How much is kept. */
export interface RecordLimits {
  readonly statesPerInstruction: number;
  readonly states: number;
}

export const DEFAULT_LIMITS: RecordLimits = { statesPerInstruction: 8, states: 12_000 };

/** What an earlier step on the path held, to tell what changed. */
interface Held {
  readonly index: number;
  readonly frame: number;
  readonly registers: readonly Register[];
  readonly stack: readonly StackSlot[];
}

/** Keeps the walk as far as the limits allow: states at each instruction, edges, and where pruning cut. */
export class WalkRecord implements WalkObserver {
  readonly instructions: InstructionRecord[] = [];
  /** How often the walk went from one instruction to another, by `from * 2^32 + to`. */
  readonly edges = new Map<number, number>();
  /** States that were met, and that were kept. */
  met = 0;
  kept = 0;
  readonly #limits: RecordLimits;
  #last: Held | undefined;
  readonly #waiting: (Held | undefined)[] = [];

  constructor(instructions: number, limits: RecordLimits = DEFAULT_LIMITS) {
    this.#limits = limits;
    for (let i = 0; i < instructions; i++) this.instructions.push({ visits: 0, pruned: 0, states: [] });
  }

  arrived({ index, state, frame }: Walk): void {
    const record = this.instructions[index]!;
    const before = this.#last;
    record.visits++;
    this.met++;
    this.#edge(index);
    if (record.states.length < this.#limits.statesPerInstruction && this.kept < this.#limits.states) {
      this.kept++;
      record.states.push(recorded(frame, before));
    }
    const depth = state.frames.length - 1;
    this.#last = { index, frame: depth, registers: frame.registers.slice(), stack: frame.stack.slice() };
  }

  forked(): void {
    this.#waiting.push(this.#last);
  }

  resumed(): void {
    this.#last = this.#waiting.pop();
  }

  pruned({ index }: Walk): void {
    this.instructions[index]!.pruned++;
    this.#edge(index);
  }

  /** How often the walk went from one instruction to another. */
  between(from: number, to: number): number {
    return this.edges.get(keyOf(from, to)) ?? 0;
  }

  #edge(to: number): void {
    const from = this.#last?.index;
    if (from === undefined) return;
    const key = keyOf(from, to);
    this.edges.set(key, (this.edges.get(key) ?? 0) + 1);
  }
}

const keyOf = (from: number, to: number): number => from * 0x1_0000_0000 + to;

function recorded(frame: Frame, before: Held | undefined): RecordedState {
  const same = before?.frame === frame.number ? before : undefined;
  const values: (readonly [string, string, boolean])[] = [];
  for (const [number, register] of frame.registers.entries()) {
    if (register.type === TYPE.notInit) continue;
    const changed = same === undefined ? before !== undefined : same.registers[number] !== register;
    values.push([`R${number}`, registerText(register, frame.number, false), changed]);
  }
  for (const [number, slot] of frame.stack.entries()) {
    if (slot.bytes === 0) continue;
    const changed = same === undefined ? before !== undefined : same.stack[number] !== slot;
    values.push([`fp-${(number + 1) * 8}`, slotText(slot, frame.number), changed]);
  }
  return { from: before?.index ?? -1, frame: frame.number, values };
}

/** `ctx()`, `mmmm????`: the register that is saved there, else what each byte is, the highest address first. */
function slotText(slot: StackSlot, frame: number): string {
  if (byteOf(slot, 7) === BYTE.spill && byteOf(slot, 0) === BYTE.spill) return registerText(slot.spilled, frame, false);
  let letters = "";
  for (let i = 0; i < 8; i++) letters += BYTE_LETTERS[byteOf(slot, i)];
  return letters;
}
