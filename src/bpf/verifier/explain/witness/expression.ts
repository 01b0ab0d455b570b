import type { Alu, Condition } from "../../../isa/instruction.ts";

/** Something that whoever sends the packet, or chance, may choose. */
export interface Input {
  /** `packet`: bytes at an offset; `length`: of the packet; `protocol`: skb->protocol; `random`: the n-th bpf_get_prandom_u32. */
  readonly kind: "packet" | "length" | "protocol" | "random";
  /** Offset in the packet, or which random number. */
  readonly at: number;
  /** Bytes: 1, 2, 4 or 8. */
  readonly bytes: number;
  /** The value is the bytes in network order. */
  readonly bigEndian: boolean;
}

export const keyOfInput = ({ kind, at, bytes, bigEndian }: Input): string => `${kind}:${at}:${bytes}:${bigEndian}`;

/** A number that depends on one input. Numbers are unsigned, 64 bits. */
export interface Expression {
  readonly input: Input;
  readonly evaluate: (value: bigint) => bigint;
}

/** A known number, or one that depends on an input; undefined where neither is known. */
export type Symbolic = bigint | Expression | undefined;

const cut = (value: bigint, bits: 32 | 64): bigint => BigInt.asUintN(bits, value);

export const map = (value: Symbolic, change: (value: bigint) => bigint): Symbolic =>
  value === undefined
    ? undefined
    : typeof value === "bigint"
      ? change(value)
      : { input: value.input, evaluate: (input) => change(value.evaluate(input)) };

/** What an ALU instruction makes of two numbers; undefined where both depend on inputs. */
export function combine(operation: Alu["operation"], bits: 32 | 64, a: Symbolic, b: Symbolic): Symbolic {
  if (operation === "mov") return map(b, (value) => cut(value, bits));
  if (a === undefined || b === undefined) return undefined;
  if (typeof b === "bigint") return map(a, (value) => calculate(operation, bits, value, b));
  if (typeof a === "bigint") return map(b, (value) => calculate(operation, bits, a, value));
  if (keyOfInput(a.input) !== keyOfInput(b.input)) return undefined;
  return { input: a.input, evaluate: (input) => calculate(operation, bits, a.evaluate(input), b.evaluate(input)) };
}

function calculate(operation: Alu["operation"], bits: 32 | 64, left: bigint, right: bigint): bigint {
  const [a, b] = [cut(left, bits), cut(right, bits)];
  const distance = b & BigInt(bits - 1);
  switch (operation) {
    case "add":
      return cut(a + b, bits);
    case "sub":
      return cut(a - b, bits);
    case "mul":
      return cut(a * b, bits);
    case "div":
      return b === 0n ? 0n : a / b;
    case "mod":
      return b === 0n ? a : a % b;
    case "sdiv":
      return b === 0n ? 0n : cut(BigInt.asIntN(bits, a) / BigInt.asIntN(bits, b), bits);
    case "smod":
      return b === 0n ? a : cut(BigInt.asIntN(bits, a) % BigInt.asIntN(bits, b), bits);
    case "or":
      return a | b;
    case "and":
      return a & b;
    case "xor":
      return a ^ b;
    case "lsh":
      return cut(a << distance, bits);
    case "rsh":
      return a >> distance;
    case "arsh":
      return cut(BigInt.asIntN(bits, a) >> distance, bits);
    case "mov":
      return b;
  }
}

/** The lowest `bits` bits in the other byte order. */
export function swapBytes(value: bigint, bits: number): bigint {
  let result = 0n;
  for (let i = 0; i < bits; i += 8) result = (result << 8n) | ((value >> BigInt(i)) & 0xffn);
  return result;
}

/** Whether a comparison holds. */
export function holds(condition: Condition, bits: 32 | 64, left: bigint, right: bigint): boolean {
  const [a, b] = [cut(left, bits), cut(right, bits)];
  const [x, y] = [BigInt.asIntN(bits, a), BigInt.asIntN(bits, b)];
  switch (condition) {
    case "eq":
      return a === b;
    case "ne":
      return a !== b;
    case "gt":
      return a > b;
    case "ge":
      return a >= b;
    case "lt":
      return a < b;
    case "le":
      return a <= b;
    case "sgt":
      return x > y;
    case "sge":
      return x >= y;
    case "slt":
      return x < y;
    case "sle":
      return x <= y;
    case "set":
      return (a & b) !== 0n;
  }
}
