import { ancillaryLoad } from "../bpf/classic/ancillary.ts";
import { type ClassicInstruction, SCRATCH_SLOTS } from "../bpf/classic/instruction.ts";
import { ALU, CLASS, classOf, isIndirect, isMemory, OP, SOURCE_X } from "../bpf/filter/ir/opcode.ts";
import {
  either,
  LENGTH,
  load,
  metadata,
  number,
  type Operator,
  operation,
  position,
  UNKNOWN,
  type Value,
} from "./value.ts";

/** What registers and scratch slots hold. */
export interface Registers {
  readonly a: Value;
  readonly x: Value;
  readonly slots: readonly Value[];
}

/** A and X begin as 0 (bpf_convert_filter); slots are not set. */
export const AT_START: Registers = { a: number(0), x: number(0), slots: new Array(SCRATCH_SLOTS).fill(UNKNOWN) };

/** Nothing is known. */
export const ANYTHING: Registers = { a: UNKNOWN, x: UNKNOWN, slots: AT_START.slots };

/** What they hold where two ways meet. */
export function meet(a: Registers, b: Registers): Registers {
  return { a: either(a.a, b.a), x: either(a.x, b.x), slots: a.slots.map((slot, i) => either(slot, b.slots[i]!)) };
}

const OPERATORS: Readonly<Record<number, Operator>> = {
  [ALU.ADD]: "+",
  [ALU.SUB]: "-",
  [ALU.MUL]: "*",
  [ALU.DIV]: "/",
  [ALU.MOD]: "%",
  [ALU.AND]: "&",
  [ALU.OR]: "|",
  [ALU.XOR]: "^",
  [ALU.LSH]: "<<",
  [ALU.RSH]: ">>",
};

/** SKF_AD_ALU_XOR_X, which changes A and loads nothing. */
const XOR_X = 40;

/** What they hold after an instruction that is no jump and no return. */
export function step(registers: Registers, { code, k }: ClassicInstruction): Registers {
  const { a, x, slots } = registers;
  switch (code) {
    case OP.LD_IMM:
      return { ...registers, a: number(k) };
    case OP.LDX_IMM:
      return { ...registers, x: number(k) };
    case OP.LD_LEN:
      return { ...registers, a: LENGTH };
    case OP.LD_LEN | CLASS.LDX:
      return { ...registers, x: LENGTH };
    case OP.LD_MEM:
      return { ...registers, a: slots[k] ?? UNKNOWN };
    case OP.LDX_MEM:
      return { ...registers, x: slots[k] ?? UNKNOWN };
    case OP.ST:
      return { ...registers, slots: slots.with(k, a) };
    case OP.STX:
      return { ...registers, slots: slots.with(k, x) };
    case OP.TAX:
      return { ...registers, x: a };
    case OP.TXA:
      return { ...registers, a: x };
    case OP.NEG:
      return { ...registers, a: operation("-", number(0), a) };
    case OP.LDX_MSH: {
      const low = operation("&", load(position(k), 1), number(0xf));
      return { ...registers, x: operation("*", low, number(4)) };
    }
  }
  if (classOf(code) === CLASS.ALU) {
    const operator = OPERATORS[code & ~SOURCE_X];
    const operand = (code & SOURCE_X) === 0 ? number(k) : x;
    return { ...registers, a: operator === undefined ? UNKNOWN : operation(operator, a, operand) };
  }
  if (classOf(code) === CLASS.LD && !isMemory(code)) return { ...registers, a: loaded(code, k, a, x) };
  return registers;
}

function loaded(code: number, k: number, a: Value, x: Value): Value {
  const size = (code & 0x18) === 0x10 ? 1 : (code & 0x18) === 0x08 ? 2 : 4;
  if (isIndirect(code)) return load(position(k, x), size);
  const ancillary = ancillaryLoad(k >>> 0);
  if (ancillary === undefined) return load(position(k), size);
  return ancillary.offset === XOR_X ? operation("^", a, x) : metadata(ancillary.listingName);
}
