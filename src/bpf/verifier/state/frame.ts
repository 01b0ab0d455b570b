import { NOT_INIT, pointer, type Register } from "./register.ts";
import { TYPE } from "./register-type.ts";
import type { StackSlot } from "./stack-slot.ts";

/** Callsite of a function that no function calls. */
export const NO_CALLSITE = -1;

/** What is special about a function that a helper calls. */
export interface CallbackRules {
  /** The helper waits for it; else it runs some time later. */
  readonly synchronous: boolean;
  /** It compares two nodes of a tree whose lock is held. */
  readonly ordersTree?: boolean;
  /** Values that it may return. */
  readonly range: readonly [min: number, max: number];
}

/** Registers and stack of a function being walked (`struct bpf_func_state`). */
export class Frame {
  /** R0 to R10. */
  readonly registers: Register[];
  /** Slot i holds the bytes from R10 - 8 (i + 1). */
  readonly stack: StackSlot[];
  /** Bit r: the scalar in register r must be compared exactly when states are (`precise`). */
  preciseRegisters = 0;
  /** The same for the scalars spilled in slots 0 to 31 and 32 to 63. */
  preciseSlotsLow = 0;
  preciseSlotsHigh = 0;

  /** A helper called it. */
  callback: CallbackRules | null = null;
  /** Rounds of callbacks that were walked from here. */
  callbackDepth = 0;
  /** Times that callbacks which run later were entered on this path. */
  asyncEntries = 0;

  constructor(
    /** The call that it was entered by. */
    readonly callsite: number,
    readonly number: number,
    /** Which function of the program. */
    readonly subprogram: number,
    registers: Register[],
    stack: StackSlot[],
  ) {
    this.registers = registers;
    this.stack = stack;
  }

  static enter(callsite: number, number: number, subprogram: number): Frame {
    const registers = new Array<Register>(11).fill(NOT_INIT);
    registers[10] = pointer(TYPE.stack, { extent: number });
    return new Frame(callsite, number, subprogram, registers, []);
  }

  copy(): Frame {
    const copy = new Frame(this.callsite, this.number, this.subprogram, this.registers.slice(), this.stack.slice());
    copy.callback = this.callback;
    copy.callbackDepth = this.callbackDepth;
    copy.asyncEntries = this.asyncEntries;
    copy.preciseRegisters = this.preciseRegisters;
    copy.preciseSlotsLow = this.preciseSlotsLow;
    copy.preciseSlotsHigh = this.preciseSlotsHigh;
    return copy;
  }

  markAllPrecise(): void {
    this.preciseRegisters = this.preciseSlotsLow = this.preciseSlotsHigh = -1;
  }

  isPreciseSlot(slot: number): boolean {
    return ((slot < 32 ? this.preciseSlotsLow >>> slot : this.preciseSlotsHigh >>> (slot - 32)) & 1) === 1;
  }

  markSlotPrecise(slot: number): void {
    if (slot < 32) this.preciseSlotsLow |= 1 << slot;
    else this.preciseSlotsHigh |= 1 << (slot - 32);
  }
}
