import type { Instruction } from "../isa/instruction.ts";

const FRAME_POINTER = 10;

/** Does an instruction change R10, which programs may only read (RFC 9669 section 2; check_reg_arg in Linux's verifier)? */
export function writesFramePointer(instruction: Instruction): boolean {
  switch (instruction.kind) {
    case "alu":
    case "negate":
    case "move-signed":
    case "byte-swap":
    case "address-space-cast":
    case "percpu-address":
    case "constant":
    case "reference":
    case "load":
    case "load-acquire":
      return instruction.dst === FRAME_POINTER;
    case "atomic":
      return instruction.fetch && instruction.operation !== "cmpxchg" && instruction.src === FRAME_POINTER;
    default:
      return false;
  }
}
