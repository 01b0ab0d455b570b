import type { Alu, Instruction } from "../../isa/instruction.ts";
import { definedRegister } from "../defined-register.ts";
import type { RegisterSet } from "./register-set.ts";

/**
 * Registers whose upper halves matter before an instruction, given those whose upper halves matter after it. Addresses of
 * trusted programs are their lower halves; a sum's lower half needs no upper half, a quotient's does.
 * @param wholeArguments registers whose upper halves a call takes.
 */
export function upperHalvesBefore(
  instruction: Instruction,
  after: RegisterSet,
  wholeArguments: (instruction: Instruction) => RegisterSet,
): RegisterSet {
  const defined = definedRegister(instruction);
  const rest = defined < 0 ? after : after & ~(1 << defined);
  const matters = defined >= 0 && ((after >> defined) & 1) === 1;
  switch (instruction.kind) {
    case "alu":
      return rest | (instruction.bits === 64 ? arithmetic(instruction, matters) : 0);
    case "negate":
    case "percpu-address": {
      const from = instruction.kind === "negate" ? instruction.dst : instruction.src;
      return rest | (matters && !(instruction.kind === "negate" && instruction.bits === 32) ? 1 << from : 0);
    }
    case "byte-swap":
      return rest | (instruction.bits === 64 && (instruction.order !== "le" || matters) ? 1 << instruction.dst : 0);
    case "load":
      return rest | (instruction.probes === true ? 1 << instruction.src : 0);
    case "store":
    case "store-release":
      return rest | (instruction.bytes === 8 && instruction.src !== null ? 1 << instruction.src : 0);
    case "atomic":
      if (instruction.bytes === 4) return rest;
      return rest | (1 << instruction.src) | (instruction.operation === "cmpxchg" ? 1 : 0);
    case "branch":
      if (instruction.bits === 32) return rest;
      if (instruction.condition === "set" && instruction.src === null && instruction.imm >= 0) return rest;
      return rest | (1 << instruction.dst) | (instruction.src === null ? 0 : 1 << instruction.src);
    case "call-helper":
    case "call-kernel":
    case "call-local":
    case "call-register":
      return rest | wholeArguments(instruction);
    case "exit":
      return rest | 1;
    default:
      return rest;
  }
}

function arithmetic({ operation, dst, src, imm }: Alu, matters: boolean): RegisterSet {
  const source = src === null ? 0 : 1 << src;
  switch (operation) {
    case "mov":
      return matters ? source : 0;
    case "and":
      if (src === null && imm >= 0) return 0;
      return matters ? (1 << dst) | source : 0;
    case "add":
    case "sub":
    case "mul":
    case "or":
    case "xor":
      return matters ? (1 << dst) | source : 0;
    case "lsh":
      return matters ? 1 << dst : 0;
    case "rsh":
    case "arsh":
      return 1 << dst;
    case "div":
    case "sdiv":
    case "mod":
    case "smod":
      return (1 << dst) | source;
  }
}
