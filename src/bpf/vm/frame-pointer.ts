import type { Instruction } from "../isa/instruction.ts";
import { definedRegister } from "./defined-register.ts";

const FRAME_POINTER = 10;

/** Does an instruction change R10, which programs may only read (RFC 9669 section 2; check_reg_arg in Linux's verifier)? */
export function writesFramePointer(instruction: Instruction): boolean {
  return definedRegister(instruction) === FRAME_POINTER;
}
