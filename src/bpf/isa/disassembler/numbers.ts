import type { Instruction } from "../instruction.ts";

/** How far a jump goes, counted from the instruction after it. */
export function distanceTo(instruction: Instruction, target: number): number {
  return target - instruction.index - 1;
}

/** A decimal number with its sign, also where it is positive. */
export function signed(value: number): string {
  return value < 0 ? String(value) : `+${value}`;
}

/** An unsigned 32-bit number in hexadecimal. */
export function hex32(value: number): string {
  return `0x${(value >>> 0).toString(16)}`;
}
