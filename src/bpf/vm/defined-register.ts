import { TAIL_CALL } from "../helpers/tail-call.ts";
import type { Instruction } from "../isa/instruction.ts";

/** The register that an instruction gives a value to, or -1. What calls leave in R1 to R5 is no value. */
export function definedRegister(instruction: Instruction): number {
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
      return instruction.dst;
    case "atomic":
      if (instruction.operation === "cmpxchg") return 0;
      return instruction.fetch ? instruction.src : -1;
    case "packet-load":
    case "call-kernel":
    case "call-local":
    case "call-register":
      return 0;
    case "call-helper":
      return instruction.helper === TAIL_CALL ? -1 : 0;
    case "store":
    case "store-release":
    case "jump":
    case "branch":
    case "may-goto":
    case "exit":
      return -1;
  }
}
