import type { Register } from "../state/register.ts";
import { TYPE } from "../state/register-type.ts";
import { isSpilled } from "../state/stack-slot.ts";
import { isConstant } from "../values/scalar.ts";
import type { RecordedStep } from "./path-recorder.ts";

/** A register (0 to 10) or a slot of the stack (FIRST_SLOT and more) of a function that is active. */
export interface Place {
  readonly frame: number;
  readonly number: number;
}

export const FIRST_SLOT = 11;

export const nameOf = (number: number): string =>
  number < FIRST_SLOT ? `R${number}` : `fp-${(number - FIRST_SLOT + 1) * 8}`;

/** What a place of a step's function holds; undefined for stack that holds no register. */
export function heldIn(step: RecordedStep, number: number): Register | undefined {
  if (number < FIRST_SLOT) return step.registers[number];
  const slot = step.stack[number - FIRST_SLOT];
  return slot === undefined || !isSpilled(slot) ? undefined : slot.spilled;
}

/** The slot that a constant offset from a stack pointer names. */
export function stackPlace(step: RecordedStep, base: number, offset: number): Place | undefined {
  const register = step.registers[base]!;
  if (register.type !== TYPE.stack || !isConstant(register.scalar)) return undefined;
  const at = Number(BigInt.asIntN(64, register.scalar.bits.value)) + register.offset + offset;
  return at >= 0 || at < -512 ? undefined : { frame: register.extent, number: FIRST_SLOT + ((-at - 1) >> 3) };
}
