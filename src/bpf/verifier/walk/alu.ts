import type { Alu, ByteSwap, MoveSigned, Negate } from "../../isa/instruction.ts";
import { markPrecise } from "../pruning/precision.ts";
import { type Register, SUM_32, SUM_64, scalarRegister, sumOf, UNKNOWN_SCALAR, unlinked } from "../state/register.ts";
import { TYPE } from "../state/register-type.ts";
import { compute, negate } from "../values/arithmetic.ts";
import { swapBytes } from "../values/byte-swap.ts";
import { constIn } from "../values/comparison.ts";
import { signExtend32, signExtend64, zeroExtend32 } from "../values/extension.ts";
import { constant, isConstant, type Scalar, ZERO } from "../values/scalar.ts";
import { withoutContradiction } from "../values/synchronize.ts";
import { S32_MAX, S32_MIN, U32_MAX, widthOf } from "../values/wide.ts";
import { forkSigns } from "./fork-signs.ts";
import { linkBeforeCopy } from "./linked-registers.ts";
import { addToPointer } from "./pointer-arithmetic.ts";
import { sanitizeNumber } from "./speculation.ts";
import type { Walk } from "./walk.ts";

/** check_alu_op */
export function checkAlu(walk: Walk, it: Alu): void {
  if (it.operation === "mov") {
    checkMove(walk, it);
    return;
  }
  if (it.src !== null) walk.read(it.src);
  walk.read(it.dst);
  if (it.src === null) checkImmediate(walk, it);
  walk.checkWritable(it.dst);
  const result = calculate(walk, it);
  if (result !== undefined) walk.write(it.dst, result);
}

function checkImmediate(walk: Walk, it: Alu): void {
  switch (it.operation) {
    case "div":
    case "sdiv":
    case "mod":
    case "smod":
      if (it.imm === 0) walk.refuse("encoding", "div by zero");
      return;
    case "lsh":
    case "rsh":
    case "arsh":
      if (it.imm < 0 || it.imm >= it.bits) walk.refuse("encoding", `invalid shift ${it.imm}`);
  }
}

function checkMove(walk: Walk, it: Alu): void {
  if (it.src === null) {
    walk.checkWritable(it.dst);
    const value = it.bits === 64 ? BigInt(it.imm) : BigInt(it.imm >>> 0);
    walk.write(it.dst, scalarRegister(constant(value)));
    return;
  }
  const source = walk.read(it.src);
  walk.checkWritable(it.dst);
  if (it.bits === 64) walk.write(it.dst, linkBeforeCopy(walk, it.src));
  else if (walk.isSecret(it.src)) walk.refuse("pointer-leak", `R${it.src} partial copy of pointer`);
  else if (source.type !== TYPE.scalar) walk.write(it.dst, scalarRegister(zeroExtend32(UNKNOWN_SCALAR.scalar)));
  else {
    const fits = widthOf(source.scalar.umax) <= 32;
    const copy = fits ? linkBeforeCopy(walk, it.src) : unlinked(source);
    const scalar = isConstant(copy.scalar) && fits ? copy.scalar : zeroExtend32(copy.scalar);
    walk.write(it.dst, { ...copy, scalar });
  }
}

/** movsx */
export function checkMoveSigned(walk: Walk, it: MoveSigned): void {
  const source = walk.read(it.src);
  walk.checkWritable(it.dst);
  if (source.type !== TYPE.scalar) {
    if (walk.isSecret(it.src))
      walk.refuse(
        "pointer-leak",
        it.bits === 64 ? `R${it.src} sign-extension part of pointer` : `R${it.src} partial copy of pointer`,
      );
    const scalar = it.bits === 64 ? UNKNOWN_SCALAR.scalar : zeroExtend32(UNKNOWN_SCALAR.scalar);
    walk.write(it.dst, scalarRegister(scalar));
    return;
  }
  const positive = source.scalar.umax < 1n << BigInt(it.from - 1);
  const copy = positive ? linkBeforeCopy(walk, it.src) : unlinked(source);
  const bytes = (it.from / 8) as 1 | 2 | 4;
  const scalar = it.bits === 64 ? signExtend64(copy.scalar, bytes) : signExtend32(copy.scalar, bytes as 1 | 2);
  walk.write(it.dst, { ...copy, scalar: withoutContradiction(scalar) });
}

function readNumber(walk: Walk, number: number): Register {
  const register = walk.read(number);
  if (walk.isSecret(number)) walk.refuse("pointer-leak", `R${number} pointer arithmetic prohibited`);
  return register;
}

export function checkNegate(walk: Walk, it: Negate): void {
  const register = readNumber(walk, it.dst);
  walk.checkWritable(it.dst);
  walk.write(
    it.dst,
    register.type === TYPE.scalar
      ? scalarRegister(withoutContradiction(negate(it.bits, register.scalar)))
      : UNKNOWN_SCALAR,
  );
}

export function checkByteSwap(walk: Walk, it: ByteSwap): void {
  const register = readNumber(walk, it.dst);
  walk.checkWritable(it.dst);
  const known = register.type === TYPE.scalar;
  walk.write(it.dst, known ? scalarRegister(withoutContradiction(swapBytes(it, register.scalar))) : UNKNOWN_SCALAR);
}

/** adjust_reg_min_max_vals: undefined where the result has been written already. */
function calculate(walk: Walk, it: Alu): Register | undefined {
  const { registers } = walk.frame;
  const a = registers[it.dst]!;
  const b = it.src === null ? undefined : registers[it.src]!;
  if (b !== undefined && b.type !== TYPE.scalar) {
    if (a.type !== TYPE.scalar) {
      if (it.operation === "sub" && walk.privileges.perfmon) return UNKNOWN_SCALAR;
      walk.refuse("pointer-arithmetic", `R${it.dst} pointer ${SIGN[it.operation]} pointer prohibited`);
    }
    markPrecise(walk, it.dst);
    return addToPointer(walk, it, b, a.scalar, false);
  }
  if (a.type !== TYPE.scalar) {
    if (it.src !== null) markPrecise(walk, it.src);
    return addToPointer(walk, it, a, b?.scalar ?? immediate(it), true);
  }
  return scalarResult(walk, it, a, b?.scalar ?? immediate(it));
}

const immediate = (it: Alu): Scalar => (it.imm === 0 ? ZERO : constant(BigInt(it.imm)));

/** How the kernel writes the operations of ALU instructions in messages (bpf_alu_string). */
const SIGN: Readonly<Record<Alu["operation"], string>> = {
  add: "+=",
  sub: "-=",
  mul: "*=",
  div: "/=",
  sdiv: "/=",
  or: "|=",
  and: "&=",
  lsh: "<<=",
  rsh: ">>=",
  arsh: "s>>=",
  mod: "%=",
  smod: "%=",
  xor: "^=",
  mov: "=",
};

function scalarResult(walk: Walk, it: Alu, a: Register, b: Scalar): Register {
  sanitizeNumber(walk, it);
  const forked =
    (it.operation === "and" || it.operation === "or") && isConstant(b) ? forkSigns(walk, it.dst) : a.scalar;
  const scalar = withoutContradiction(walk.compute(it, forked, b, compute));
  const bond = walk.privileges.bpf ? bondOf(it, a, b) : undefined;
  const result = scalarRegister(scalar);
  return bond === undefined ? result : { ...result, id: bond.id, offset: bond.offset };
}

/** A sum with, or a difference to, a constant stays bound to what it was. */
function bondOf(it: Alu, a: Register, b: Scalar): { readonly id: number; readonly offset: number } | undefined {
  const isSum = it.operation === "add" || it.operation === "sub";
  if (!isSum || a.id === 0 || it.src === it.dst || sumOf(a.id) !== 0 || !constIn(it.bits, b)) return undefined;
  const added = it.bits === 64 ? BigInt.asIntN(64, b.bits.value) : BigInt.asIntN(32, b.bits.value);
  if (added < S32_MIN || added > S32_MAX || (it.bits === 32 && a.scalar.umax > U32_MAX)) return undefined;
  if (it.operation === "sub" && added === BigInt(S32_MIN)) return undefined;
  const offset = it.operation === "sub" ? -Number(added) : Number(added);
  return { id: (a.id | (it.bits === 64 ? SUM_64 : SUM_32)) >>> 0, offset: offset | 0 };
}
