import type { Branch, Condition } from "../../../isa/instruction.ts";
import { I32, I64 } from "../wasm/instructions.ts";
import { swapConstant } from "./byte-swap.ts";
import type { Frame } from "./frame.ts";

type Comparison = Exclude<Condition, "set">;

const OPPOSITE: Readonly<Record<Comparison, Comparison>> = {
  eq: "ne",
  ne: "eq",
  gt: "le",
  le: "gt",
  ge: "lt",
  lt: "ge",
  sgt: "sle",
  sle: "sgt",
  sge: "slt",
  slt: "sge",
};

const COMPARISONS = { 32: comparisons(I32), 64: comparisons(I64) };

function comparisons(type: typeof I32 | typeof I64): Readonly<Record<Comparison, number>> {
  return {
    eq: type.eq,
    ne: type.ne,
    gt: type.gtU,
    ge: type.geU,
    lt: type.ltU,
    le: type.leU,
    sgt: type.gtS,
    sge: type.geS,
    slt: type.ltS,
    sle: type.leS,
  };
}

/** Leaves an i32 that is not 0 where the branch is taken or, with `negated`, where it is not. */
export function branchCondition(frame: Frame, instruction: Branch, negated: boolean): void {
  const { code } = frame;
  const { bits, condition, dst, src, imm } = instruction;
  const type = bits === 64 ? I64 : I32;
  const swapped = src === null ? frame.facts.swapOf(dst) : undefined;
  // With its sign extended an immediate may have bits that the swapped value cannot have.
  const inSwapped = swapped !== undefined && imm >= 0 && (swapped.bits === 32 || imm <= 0xffff);
  if (condition === "set") {
    if (inSwapped) {
      code.get(swapped.local);
      code.i32(swapConstant(imm, swapped.bits));
      code.op(I32.and);
      if (negated) code.op(I32.eqz);
      return;
    }
    operands(frame, instruction);
    code.op(type.and);
    if (negated) code.op(type.eqz);
    else if (bits === 64) {
      code.i64(0);
      code.op(I64.ne);
    }
    return;
  }
  const comparison = negated ? OPPOSITE[condition] : condition;
  if (src === null && (condition === "eq" || condition === "ne")) {
    if (inSwapped) {
      code.get(swapped.local);
      code.i32(swapConstant(imm, swapped.bits));
      code.op(COMPARISONS[32][comparison]);
      return;
    }
    if (imm === 0 && comparison === "eq") {
      if (bits === 64) frame.get(dst);
      else frame.getLow(dst);
      code.op(type.eqz);
      return;
    }
  }
  operands(frame, instruction);
  code.op(COMPARISONS[bits][comparison]);
}

function operands(frame: Frame, instruction: Branch): void {
  if (instruction.bits === 64) {
    frame.get(instruction.dst);
    frame.operand(instruction);
  } else {
    frame.getLow(instruction.dst);
    frame.operandLow(instruction);
  }
}

/** Jumps once the rounds are used up; until then each passage takes one. */
export function mayGotoCondition(frame: Frame, negated: boolean): void {
  const { code } = frame;
  const rounds = frame.lasting("may_goto_rounds");
  code.get(rounds);
  if (!negated) code.op(I32.eqz);
  code.get(rounds);
  code.get(rounds);
  code.i32(0);
  code.op(I32.ne);
  code.op(I32.sub);
  code.set(rounds);
}
