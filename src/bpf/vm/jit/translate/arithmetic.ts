import type { Alu, MoveSigned, Negate } from "../../../isa/instruction.ts";
import { I32, I64 } from "../wasm/instructions.ts";
import type { Frame } from "./frame.ts";

/** Operations that WebAssembly has as BPF means them; its shifts mask the count too. */
const PLAIN = {
  add: [I32.add, I64.add],
  sub: [I32.sub, I64.sub],
  mul: [I32.mul, I64.mul],
  or: [I32.or, I64.or],
  and: [I32.and, I64.and],
  xor: [I32.xor, I64.xor],
  lsh: [I32.shl, I64.shl],
  rsh: [I32.shrU, I64.shrU],
  arsh: [I32.shrS, I64.shrS],
} as const;

/** RFC 9669 section 4.1. */
export function arithmetic(frame: Frame, instruction: Alu): void {
  const { operation } = instruction;
  switch (operation) {
    case "mov":
      move(frame, instruction);
      break;
    case "div":
    case "sdiv":
    case "mod":
    case "smod":
      divide(frame, instruction, operation);
      break;
    default:
      if (instruction.bits === 32 || isLowerHalfEnough(frame, instruction))
        plain32(frame, instruction, PLAIN[operation][0]);
      else plain64(frame, instruction, PLAIN[operation][1]);
  }
}

/** Does the lower half of the result, all that is kept, depend on the operands' lower halves in the way that 32 bits do it? */
function isLowerHalfEnough(frame: Frame, { operation, src, imm }: Alu): boolean {
  if (!frame.givesNarrow) return false;
  if (operation === "lsh") return src === null && (imm & 63) < 32;
  return operation !== "rsh" && operation !== "arsh";
}

function plain64(frame: Frame, instruction: Alu, code: number): void {
  frame.get(instruction.dst);
  frame.operand(instruction);
  frame.code.op(code);
  const narrow = instruction.operation === "and" && instruction.src === null && instruction.imm >= 0;
  frame.set(instruction.dst);
  if (narrow) frame.facts.setFits(instruction.dst, 32 - Math.clz32(instruction.imm));
}

function plain32(frame: Frame, instruction: Alu, code: number): void {
  frame.getLow(instruction.dst);
  frame.operandLow(instruction);
  frame.code.op(code);
  frame.setLow(instruction.dst);
}

function move(frame: Frame, { bits, dst, src, imm }: Alu): void {
  // Addresses fit 32 bits, so that either kind of move keeps one.
  const address = src === null ? undefined : frame.facts.addressIn(src);
  if (bits === 32 || frame.givesNarrow) {
    frame.operandLow({ src, imm });
    frame.setLow(dst);
  } else {
    frame.operand({ src, imm });
    frame.set(dst);
  }
  frame.facts.setAddressIn(dst, address);
}

type Division = "div" | "sdiv" | "mod" | "smod";

const DIVISIONS = {
  32: { div: I32.divU, sdiv: I32.divS, mod: I32.remU, smod: I32.remS },
  64: { div: I64.divU, sdiv: I64.divS, mod: I64.remU, smod: I64.remS },
} as const;

/**
 * Division by zero gives 0, modulo zero the dividend. The smallest number divided by -1 gives itself where WebAssembly traps;
 * WebAssembly's own remainder of the two is 0, as it has to be.
 */
function divide(frame: Frame, instruction: Alu, operation: Division): void {
  const { code } = frame;
  const { bits, dst, src, imm } = instruction;
  const type = bits === 64 ? "i64" : "i32";
  const operations = bits === 64 ? I64 : I32;
  const dividend = () => (bits === 64 ? frame.get(dst) : frame.getLow(dst));
  const divisor = () => (bits === 64 ? frame.operand(instruction) : frame.operandLow(instruction));
  const constant = (value: number) => (bits === 64 ? code.i64(value) : code.i32(value));
  const byZero = () => (operation === "div" || operation === "sdiv" ? constant(0) : dividend());
  const negated = () => {
    constant(0);
    dividend();
    code.op(operations.sub);
  };
  const divided = () => {
    dividend();
    divisor();
    code.op(DIVISIONS[bits][operation]);
  };
  /** Chooses at run time. */
  const where = (isSo: () => void, then: () => void, otherwise: () => void) => {
    isSo();
    code.if(type);
    then();
    code.else();
    otherwise();
    code.end();
  };

  if (src === null) {
    if (imm === 0) byZero();
    else if (operation === "sdiv" && imm === -1) negated();
    else divided();
  } else {
    const isZero = () => {
      divisor();
      code.op(operations.eqz);
    };
    const isMinusOne = () => {
      divisor();
      constant(-1);
      code.op(operations.eq);
    };
    where(isZero, byZero, operation === "sdiv" ? () => where(isMinusOne, negated, divided) : divided);
  }
  if (bits === 64) frame.set(dst);
  else frame.setLow(dst);
}

export function negate(frame: Frame, { bits, dst }: Negate): void {
  if (bits === 64) {
    frame.code.i64(0);
    frame.get(dst);
    frame.code.op(I64.sub);
    frame.set(dst);
  } else {
    frame.code.i32(0);
    frame.getLow(dst);
    frame.code.op(I32.sub);
    frame.setLow(dst);
  }
}

export function moveSigned(frame: Frame, { bits, from, dst, src }: MoveSigned): void {
  if (bits === 64) {
    frame.get(src);
    frame.code.op({ 8: I64.extend8S, 16: I64.extend16S, 32: I64.extend32S }[from]);
    frame.set(dst);
  } else {
    frame.getLow(src);
    if (from !== 32) frame.code.op({ 8: I32.extend8S, 16: I32.extend16S }[from]);
    frame.setLow(dst);
  }
}
