import type { ClassicInstruction } from "../bpf/classic/instruction.ts";
import { JUMP, SOURCE_X } from "../bpf/filter/ir/opcode.ts";
import type { Registers } from "./evaluate.ts";
import { number, operation, type Value } from "./value.ts";

/** `&`: any of the bits is set. Comparisons are unsigned. */
export type Comparison = "=" | ">" | ">=" | "&";

/** The question that a conditional jump asks. */
export interface Test {
  readonly left: Value;
  readonly comparison: Comparison;
  readonly right: Value;
}

const COMPARISONS: Readonly<Record<number, Comparison>> = {
  [JUMP.EQ]: "=",
  [JUMP.GT]: ">",
  [JUMP.GE]: ">=",
  [JUMP.SET]: "&",
};

/** What a conditional jump asks of what the registers hold. */
export function testOf({ code, k }: ClassicInstruction, { a, x }: Registers): Test {
  const comparison = COMPARISONS[code & ~SOURCE_X]!;
  const right = (code & SOURCE_X) === 0 ? number(k) : x;
  // libpcap compares by subtracting.
  if (comparison === "=" && right.kind === "number" && a.kind === "operation") {
    const { operator, left, right: taken } = a;
    if (operator === "-" && right.number === 0) return { left, comparison, right: taken };
    if ((operator === "-" || operator === "+") && taken.kind === "number")
      return { left, comparison, right: operation(operator === "-" ? "+" : "-", right, taken) };
  }
  return { left: a, comparison, right };
}

export function holdsOfNumber(comparison: Comparison, left: number, right: number): boolean {
  switch (comparison) {
    case "=":
      return left === right;
    case ">":
      return left > right;
    case ">=":
      return left >= right;
    default:
      return (left & right) !== 0;
  }
}
