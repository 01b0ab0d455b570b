import type { Alu } from "../../isa/instruction.ts";
import type { Register } from "../state/register.ts";
import { UNKNOWN_SCALAR } from "../state/register.ts";
import { baseOf, FLAG, isPacketPointer, mayBeNull, TYPE, typeText } from "../state/register-type.ts";
import { type Bounds, isConstant, type Scalar, without32 } from "../values/scalar.ts";
import { synchronize, withoutContradiction } from "../values/synchronize.ts";
import { tnumAdd, tnumSub } from "../values/tnum.ts";
import { S32_MAX, S32_MIN, S64_MAX, S64_MIN, U64_MAX } from "../values/wide.ts";
import { MAX_VARIABLE_OFFSET } from "./region-access.ts";
import { afterMove, beforeMove, checkMoved, guardsSpeculation } from "./speculation.ts";
import type { Walk } from "./walk.ts";

const BITWISE: Partial<Record<Alu["operation"], string>> = { and: "&=", or: "|=", xor: "^=" };
const OTHERS: Partial<Record<Alu["operation"], string>> = {
  mul: "*=",
  div: "/=",
  sdiv: "/=",
  mod: "%=",
  smod: "%=",
  lsh: "<<=",
  rsh: ">>=",
  arsh: "s>>=",
};

/** `pointer += amount` or `pointer -= amount` (adjust_ptr_min_max_vals); `inPlace`: the pointer is the destination. */
export function addToPointer(walk: Walk, it: Alu, pointer: Register, amount: Scalar, inPlace: boolean): Register {
  const { dst } = it;
  if (amount.smin > amount.smax || amount.umin > amount.umax) return UNKNOWN_SCALAR;
  if (it.bits === 32) {
    if (it.operation === "sub" && walk.privileges.perfmon) return UNKNOWN_SCALAR;
    walk.refuse("pointer-arithmetic", `R${dst} 32-bit pointer arithmetic prohibited`);
  }
  if (mayBeNull(pointer.type))
    walk.refuse(
      "null-pointer",
      `R${dst} pointer arithmetic on ${typeText(pointer.type)} prohibited, null-check it first`,
    );
  // Loads through it cannot fault, wherever it points.
  if (baseOf(pointer.type) === TYPE.memory && (pointer.type & FLAG.untrusted) !== 0)
    return inPlace ? pointer : walk.frame.registers[dst]!;
  checkMovable(walk, it, pointer, amount);
  checkSane(walk, amount, 0, pointer.type);
  checkSane(walk, pointer.scalar, pointer.offset, pointer.type);
  const sanitation = beforeMove(walk, it, pointer, amount, inPlace);
  const moved = it.operation === "add" ? plus(walk, pointer, amount) : minus(walk, it, pointer, amount, inPlace);
  checkSane(walk, moved.scalar, moved.offset, pointer.type);
  const scalar = moved.scalar.copy();
  synchronize(scalar);
  const result = { ...moved, scalar: withoutContradiction(scalar) };
  if (!guardsSpeculation(walk)) return result;
  walk.write(dst, result);
  checkMoved(walk, dst, result);
  if (sanitation !== undefined) afterMove(walk, it, result, sanitation, inPlace);
  return result;
}

function checkMovable(walk: Walk, it: Alu, pointer: Register, amount: Scalar): void {
  const { type } = pointer;
  const known = isConstant(amount);
  switch (baseOf(type)) {
    case TYPE.context:
    case TYPE.mapValue:
    case TYPE.mapKey:
    case TYPE.stack:
    case TYPE.packetMeta:
    case TYPE.packet:
    case TYPE.memory:
    case TYPE.buffer:
    case TYPE.function:
    case TYPE.tracepointBuffer:
    case TYPE.struct:
    case TYPE.dynptr:
      break;
    default: {
      const still = known && amount.smin === 0n && it.operation === "add";
      const allowed = (type === TYPE.flowKeys && known) || (type === TYPE.map && still);
      if (!allowed) walk.refuse("pointer-arithmetic", `R${it.dst} pointer arithmetic on ${typeText(type)} prohibited`);
    }
  }
}

/** Offsets far beyond anything that programs can address would overflow (check_reg_sane_offset). */
function checkSane(walk: Walk, variable: Scalar, offset: number, type: number): void {
  const name = typeText(type);
  const { smin } = variable;
  const limit = BigInt(MAX_VARIABLE_OFFSET);
  if (isConstant(variable)) {
    const value = BigInt.asIntN(64, variable.bits.value);
    if (value >= limit || value <= -limit)
      walk.refuse("pointer-arithmetic", `math between ${name} pointer and ${value} is not allowed`);
  }
  if (offset >= MAX_VARIABLE_OFFSET || offset <= -MAX_VARIABLE_OFFSET)
    walk.refuse("pointer-arithmetic", `${name} pointer offset ${offset} is not allowed`);
  if (smin === S64_MIN)
    walk.refuse(
      "pointer-arithmetic",
      `math between ${name} pointer and register with unbounded min value is not allowed`,
    );
  if (smin >= limit || smin <= -limit)
    walk.refuse("pointer-arithmetic", `value ${smin} makes ${name} pointer be out of bounds`);
}

const fits = (offset: number): boolean => offset >= S32_MIN && offset <= S32_MAX;

function plus(walk: Walk, pointer: Register, amount: Scalar): Register {
  const offset = pointer.offset + Number(amount.smin);
  if (isConstant(amount) && fits(offset)) return { ...pointer, offset, scalar: without32(pointer.scalar) };
  const scalar = without32(pointer.scalar);
  setSigned(scalar, pointer.scalar.smin + amount.smin, pointer.scalar.smax + amount.smax);
  const [umin, umax] = [pointer.scalar.umin + amount.umin, pointer.scalar.umax + amount.umax];
  const over = umin > U64_MAX || umax > U64_MAX;
  scalar.umin = over ? 0n : umin;
  scalar.umax = over ? U64_MAX : umax;
  scalar.bits = tnumAdd(pointer.scalar.bits, amount.bits);
  if (!isPacketPointer(pointer.type)) return { ...pointer, scalar };
  // What was learnt of the packet's length was learnt of another place.
  return { ...pointer, scalar, id: walk.newId(), extent: 0 };
}

function minus(walk: Walk, it: Alu, pointer: Register, amount: Scalar, inPlace: boolean): Register {
  const { operation, dst } = it;
  if (operation !== "sub") {
    const bitwise = BITWISE[operation];
    if (bitwise !== undefined)
      walk.refuse("pointer-arithmetic", `R${dst} bitwise operator ${bitwise} on pointer prohibited`);
    walk.refuse("pointer-arithmetic", `R${dst} pointer arithmetic with ${OTHERS[operation]} operator prohibited`);
  }
  if (!inPlace) walk.refuse("pointer-arithmetic", `R${dst} tried to subtract pointer from scalar`);
  if (pointer.type === TYPE.stack)
    walk.refuse("pointer-arithmetic", `R${dst} subtraction from stack pointer prohibited`);
  const offset = pointer.offset - Number(amount.smin);
  if (isConstant(amount) && fits(offset)) return { ...pointer, offset, scalar: without32(pointer.scalar) };
  const scalar = without32(pointer.scalar);
  setSigned(scalar, pointer.scalar.smin - amount.smax, pointer.scalar.smax - amount.smin);
  const under = pointer.scalar.umin < amount.umax;
  scalar.umin = under ? 0n : pointer.scalar.umin - amount.umax;
  scalar.umax = under ? U64_MAX : pointer.scalar.umax - amount.umin;
  scalar.bits = tnumSub(pointer.scalar.bits, amount.bits);
  if (!isPacketPointer(pointer.type)) return { ...pointer, scalar };
  return { ...pointer, scalar, id: walk.newId(), extent: amount.smin < 0n ? 0 : pointer.extent };
}

function setSigned(scalar: Bounds, min: bigint, max: bigint): void {
  const inRange = min >= S64_MIN && min <= S64_MAX && max >= S64_MIN && max <= S64_MAX;
  scalar.smin = inRange ? min : S64_MIN;
  scalar.smax = inRange ? max : S64_MAX;
}
