import type { Alu, ByteSwap, Constant, MoveSigned, Negate } from "../../isa/instruction.ts";
import { fitsByte, hexadecimal, int32, registers, rex } from "./encoding.ts";
import { type NativeCode, type NativeInstruction, native, notOneToOne } from "./native-code.ts";
import { nameOf, nativeRegister } from "./registers.ts";

const RAX = 0;
const RCX = 1;

/** `by register` has the opcode; immediates share one and have the operation in ModRM; the accumulator has an opcode of its own. */
const SIMPLE = {
  add: { byRegister: 0x01, extension: 0, accumulator: 0x05 },
  or: { byRegister: 0x09, extension: 1, accumulator: 0x0d },
  and: { byRegister: 0x21, extension: 4, accumulator: 0x25 },
  sub: { byRegister: 0x29, extension: 5, accumulator: 0x2d },
  xor: { byRegister: 0x31, extension: 6, accumulator: 0x35 },
} as const;

/** `vex`: the prefix that shlx, sarx and shrx are told apart by. */
const SHIFTS = {
  lsh: { name: "shl", extension: 4, vex: 1 },
  rsh: { name: "shr", extension: 5, vex: 3 },
  arsh: { name: "sar", extension: 7, vex: 2 },
} as const;

export function arithmetic(instruction: Alu, bmi2: boolean): NativeCode {
  const { operation, bits, src, imm } = instruction;
  const dst = nativeRegister(instruction.dst);
  const wide = bits === 64;
  switch (operation) {
    case "mov":
      if (src === null) return native(moveImmediate(dst, imm, wide));
      // A register is already what it is moved to, but for a 32-bit move, which clears the upper half.
      return src === instruction.dst && wide ? native() : native(moveRegister(dst, nativeRegister(src), bits));
    case "add":
    case "sub":
    case "and":
    case "or":
    case "xor":
      return native(simple(operation, dst, src === null ? null : nativeRegister(src), imm, bits));
    case "mul":
      return native(multiply(dst, src === null ? null : nativeRegister(src), imm, bits));
    case "lsh":
    case "rsh":
    case "arsh":
      if (src === null) return native(shift(operation, dst, imm, bits));
      return shiftByRegister(operation, dst, nativeRegister(src), bits, bmi2);
    default:
      return notOneToOne(
        "the verifier puts tests for zero and -1 before a division, and the registers that div needs are saved around it",
      );
  }
}

function simple(
  operation: keyof typeof SIMPLE,
  dst: number,
  src: number | null,
  imm: number,
  bits: 32 | 64,
): NativeInstruction {
  const { byRegister, extension, accumulator } = SIMPLE[operation];
  const wide = bits === 64;
  const to = nameOf(dst, bits);
  if (src !== null)
    return {
      bytes: [...rex(wide, src, dst), byRegister, registers(src, dst)],
      text: `${operation} ${to}, ${nameOf(src, bits)}`,
    };
  const text = `${operation} ${to}, ${hexadecimal(imm)}`;
  const prefix = rex(wide, 0, dst);
  if (fitsByte(imm)) return { bytes: [...prefix, 0x83, registers(extension, dst), imm & 0xff], text };
  if (dst === RAX) return { bytes: [...prefix, accumulator, ...int32(imm)], text };
  return { bytes: [...prefix, 0x81, registers(extension, dst), ...int32(imm)], text };
}

export function moveRegister(dst: number, src: number, bits: 32 | 64): NativeInstruction {
  return {
    bytes: [...rex(bits === 64, src, dst), 0x89, registers(src, dst)],
    text: `mov ${nameOf(dst, bits)}, ${nameOf(src, bits)}`,
  };
}

/** The shortest that gives the value: 32-bit moves clear the upper half, and xor needs no immediate. */
function moveImmediate(dst: number, imm: number, signExtended: boolean): NativeInstruction {
  if (signExtended && imm < 0)
    return {
      bytes: [...rex(true, 0, dst), 0xc7, registers(0, dst), ...int32(imm)],
      text: `mov ${nameOf(dst, 64)}, ${hexadecimal(imm)}`,
    };
  const name = nameOf(dst, 32);
  if (imm === 0) return { bytes: [...rex(false, dst, dst), 0x31, registers(dst, dst)], text: `xor ${name}, ${name}` };
  return {
    bytes: [...rex(false, 0, dst), 0xb8 | (dst & 7), ...int32(imm)],
    text: `mov ${name}, ${hexadecimal(imm >>> 0)}`,
  };
}

export function constant({ dst, value }: Constant): NativeCode {
  const register = nativeRegister(dst);
  const low = Number(BigInt.asIntN(32, value));
  if (value >> 32n === 0n) return native(moveImmediate(register, low, false));
  if (BigInt.asIntN(64, value) === BigInt(low)) return native(moveImmediate(register, low, true));
  const high = Number(BigInt.asIntN(32, value >> 32n));
  return native({
    bytes: [...rex(true, 0, register), 0xb8 | (register & 7), ...int32(low), ...int32(high)],
    text: `movabs ${nameOf(register, 64)}, 0x${value.toString(16)}`,
  });
}

function multiply(dst: number, src: number | null, imm: number, bits: 32 | 64): NativeInstruction {
  const to = nameOf(dst, bits);
  if (src !== null)
    return {
      bytes: [...rex(bits === 64, dst, src), 0x0f, 0xaf, registers(dst, src)],
      text: `imul ${to}, ${nameOf(src, bits)}`,
    };
  const [opcode, immediate] = fitsByte(imm) ? [0x6b, [imm & 0xff]] : [0x69, int32(imm)];
  return {
    bytes: [...rex(bits === 64, dst, dst), opcode, registers(dst, dst), ...immediate],
    text: `imul ${to}, ${to}, ${hexadecimal(imm)}`,
  };
}

function shift(operation: keyof typeof SHIFTS, dst: number, by: number, bits: 32 | 64): NativeInstruction {
  const { name, extension } = SHIFTS[operation];
  const prefix = rex(bits === 64, 0, dst);
  const modrm = registers(extension, dst);
  return by === 1
    ? { bytes: [...prefix, 0xd1, modrm], text: `${name} ${nameOf(dst, bits)}, 1` }
    : { bytes: [...prefix, 0xc1, modrm, by & 0xff], text: `${name} ${nameOf(dst, bits)}, ${hexadecimal(by)}` };
}

/** The count has to be in cl, unless the processor has BMI2, whose instructions take it from any register. */
function shiftByRegister(
  operation: keyof typeof SHIFTS,
  dst: number,
  src: number,
  bits: 32 | 64,
  bmi2: boolean,
): NativeCode {
  const { name, extension, vex } = SHIFTS[operation];
  const to = nameOf(dst, bits);
  if (bmi2 && src !== RCX) {
    // Three-byte VEX prefix: the registers' fourth bits and the second operand are inverted.
    const extended = dst >= 8 ? 0 : 0xa0;
    const width = bits === 64 ? 0x80 : 0;
    return native({
      bytes: [0xc4, extended | 0x42, width | ((~src & 15) << 3) | vex, 0xf7, registers(dst, dst)],
      text: `${name}x ${to}, ${to}, ${nameOf(src, bits)}`,
    });
  }
  if (src === RCX && dst !== RCX)
    return native({
      bytes: [...rex(bits === 64, 0, dst), 0xd3, registers(extension, dst)],
      text: `${name} ${to}, cl`,
    });
  return notOneToOne("the count has to be moved into cl and the registers concerned saved around it");
}

export function negate({ dst, bits }: Negate): NativeCode {
  const register = nativeRegister(dst);
  return native({
    bytes: [...rex(bits === 64, 0, register), 0xf7, registers(3, register)],
    text: `neg ${nameOf(register, bits)}`,
  });
}

export function moveSigned({ dst, src, bits, from }: MoveSigned): NativeCode {
  const to = nativeRegister(dst);
  const source = nativeRegister(src);
  const prefix = rex(bits === 64, to, source, from === 8);
  const opcode = { 8: [0x0f, 0xbe], 16: [0x0f, 0xbf], 32: [0x63] }[from];
  return native({
    bytes: [...prefix, ...opcode, registers(to, source)],
    text: `${from === 32 ? "movsxd" : "movsx"} ${nameOf(to, bits)}, ${nameOf(source, from)}`,
  });
}

export function byteSwap({ dst, order, bits }: ByteSwap): NativeCode {
  const register = nativeRegister(dst);
  if (order === "le") {
    if (bits === 64) return native();
    return native(bits === 16 ? zeroExtend16(register) : moveRegister(register, register, 32));
  }
  if (bits === 16)
    return native(
      {
        bytes: [0x66, ...rex(false, 0, register), 0xc1, registers(1, register), 8],
        text: `ror ${nameOf(register, 16)}, 0x8`,
      },
      zeroExtend16(register),
    );
  return native({
    bytes: [...rex(bits === 64, 0, register), 0x0f, 0xc8 | (register & 7)],
    text: `bswap ${nameOf(register, bits)}`,
  });
}

function zeroExtend16(register: number): NativeInstruction {
  return {
    bytes: [...rex(false, register, register), 0x0f, 0xb7, registers(register, register)],
    text: `movzx ${nameOf(register, 32)}, ${nameOf(register, 16)}`,
  };
}
