import type { Instruction } from "../../isa/instruction.ts";
import type { LinkedProgram } from "../link.ts";

/** Is the upper half of the value that it gives always 0? */
export function clearsUpperHalf(instruction: Instruction, { hosts, addresses }: LinkedProgram): boolean {
  switch (instruction.kind) {
    case "alu":
      if (instruction.bits === 32) return true;
      return (
        (instruction.operation === "mov" || instruction.operation === "and") &&
        instruction.src === null &&
        instruction.imm >= 0
      );
    case "negate":
    case "move-signed":
    case "byte-swap":
      return instruction.bits < 64;
    case "address-space-cast":
    case "packet-load":
      return true;
    case "constant":
      return instruction.value < 0x1_0000_0000n;
    case "reference":
      return instruction.to === "function" || addresses.get(instruction.index)! < 0x1_0000_0000n;
    case "load":
      return instruction.bytes < 8 && !instruction.signed;
    case "load-acquire":
    case "atomic":
      return instruction.bytes < 8;
    case "call-helper":
    case "call-kernel": {
      const result = hosts.get(instruction.index)?.result;
      return result === "unsigned" || result === "none";
    }
    default:
      return false;
  }
}
