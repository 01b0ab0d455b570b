import type { LinkedRegister } from "../state/walk-state.ts";

const ARGUMENTS = 0b11_1110;

/** Registers and stack slots whose values must be known exactly, while a path is followed backwards. */
export class PrecisionDemand {
  /** Innermost frame at the point that backtracking has come to. */
  frame = 0;
  /** By frame, a bit a register. */
  readonly registers = new Int32Array(8);
  /** By frame, a bit a slot: low and high words. */
  readonly slots = new Int32Array(16);

  begin(frame: number): void {
    this.frame = frame;
    this.registers.fill(0);
    this.slots.fill(0);
  }

  isEmpty(): boolean {
    for (let i = 0; i <= this.frame; i++)
      if ((this.registers[i]! | this.slots[2 * i]! | this.slots[2 * i + 1]!) !== 0) return false;
    return true;
  }

  hasRegister(register: number, frame = this.frame): boolean {
    return ((this.registers[frame]! >> register) & 1) === 1;
  }

  addRegister(register: number, frame = this.frame): void {
    this.registers[frame]! |= 1 << register;
  }

  dropRegister(register: number, frame = this.frame): void {
    this.registers[frame]! &= ~(1 << register);
  }

  hasSlot(slot: number, frame: number): boolean {
    return ((this.slots[frame * 2 + (slot >> 5)]! >>> (slot & 31)) & 1) === 1;
  }

  addSlot(slot: number, frame: number): void {
    this.slots[frame * 2 + (slot >> 5)]! |= 1 << (slot & 31);
  }

  dropSlot(slot: number, frame: number): void {
    this.slots[frame * 2 + (slot >> 5)]! &= ~(1 << (slot & 31));
  }

  /** Scalars that a comparison bound together are precise together. */
  spread(linked: readonly LinkedRegister[] | null | undefined): void {
    if (linked === null || linked === undefined) return;
    const wanted = linked.some(({ frame, isRegister, place }) =>
      isRegister ? this.hasRegister(place, frame) : this.hasSlot(place, frame),
    );
    if (!wanted) return;
    for (const { frame, isRegister, place } of linked) {
      if (isRegister) this.addRegister(place, frame);
      else this.addSlot(place, frame);
    }
  }

  /** Goes back over a call, out of the function: the arguments are the caller's registers. */
  leaveCallee(): void {
    const wanted = this.registers[this.frame]! & ARGUMENTS;
    this.registers[this.frame] = 0;
    this.frame--;
    this.registers[this.frame]! |= wanted;
  }
}
