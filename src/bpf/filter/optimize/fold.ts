import { ALU } from "../ir/opcode.ts";
import { ImpossibleOperation } from "./pass.ts";

/** What an operation (one of ALU) makes of two constants, unsigned. Shifts by 32 and more leave 0. */
export function fold(operation: number, a: number, b: number): number {
  switch (operation) {
    case ALU.ADD:
      return (a + b) >>> 0;
    case ALU.SUB:
      return (a - b) >>> 0;
    case ALU.MUL:
      return Math.imul(a, b) >>> 0;
    case ALU.DIV:
      return Math.floor(a / divisor(b));
    case ALU.MOD:
      return a % divisor(b);
    case ALU.AND:
      return (a & b) >>> 0;
    case ALU.OR:
      return (a | b) >>> 0;
    case ALU.XOR:
      return (a ^ b) >>> 0;
    case ALU.LSH:
      return b < 32 ? (a << b) >>> 0 : 0;
    default:
      return b < 32 ? a >>> b : 0;
  }
}

/** Throws for 0. */
export function divisor(b: number): number {
  if (b === 0) throw new ImpossibleOperation("The expression divides by zero.");
  return b;
}
