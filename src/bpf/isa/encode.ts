import { INSTRUCTION_BYTES, type Instruction, type RawInstruction, slotsOf } from "./instruction.ts";
import {
  ADDRESS_SPACE_CAST,
  ALU,
  ATOMIC,
  CALL,
  CLASS,
  JUMP,
  LOAD_IMMEDIATE_64,
  MODE,
  PERCPU_ADDRESS,
  PSEUDO,
  SIZE,
  SOURCE,
} from "./opcodes.ts";
import { writeRaw } from "./raw.ts";

const SIZE_OF = { 1: SIZE.b, 2: SIZE.h, 4: SIZE.w, 8: SIZE.dw } as const;

/**
 * Encodes a program: the inverse of `decodeProgram`. Null entries are skipped, so its slot-indexed list and a plain
 * list both do. Throws RangeError where an instruction's `index` is not the slot that it comes to lie in, or a jump
 * goes further than its field reaches.
 */
export function encodeProgram(instructions: readonly (Instruction | null)[]): Uint8Array {
  let slots = 0;
  for (const instruction of instructions) if (instruction !== null) slots += slotsOf(instruction);
  const bytes = new Uint8Array(slots * INSTRUCTION_BYTES);
  let slot = 0;
  for (const instruction of instructions) {
    if (instruction === null) continue;
    if (instruction.index !== slot)
      throw new RangeError(`The instruction with index ${instruction.index} comes to lie in slot ${slot}.`);
    writeRaw(bytes, slot++, encodeInstruction(instruction));
    if (slotsOf(instruction) === 2)
      writeRaw(bytes, slot++, { opcode: 0, dst: 0, src: 0, offset: 0, imm: upperHalf(instruction) });
  }
  return bytes;
}

/** Encodes an instruction's first (for all but 64-bit immediate loads: only) slot. */
export function encodeInstruction(instruction: Instruction): RawInstruction {
  const it = instruction;
  switch (it.kind) {
    case "alu": {
      const signed = it.operation === "sdiv" || it.operation === "smod";
      const operation = it.operation === "sdiv" ? ALU.div : it.operation === "smod" ? ALU.mod : ALU[it.operation];
      return {
        opcode: aluClass(it.bits) | operation | sourceOf(it.src),
        dst: it.dst,
        src: it.src ?? 0,
        offset: signed ? 1 : 0,
        imm: it.imm,
      };
    }
    case "negate":
      return { opcode: aluClass(it.bits) | ALU.neg, dst: it.dst, src: 0, offset: 0, imm: 0 };
    case "move-signed":
      return {
        opcode: aluClass(it.bits) | ALU.mov | SOURCE.register,
        dst: it.dst,
        src: it.src,
        offset: it.from,
        imm: 0,
      };
    case "byte-swap": {
      const cls = it.order === "swap" ? CLASS.alu64 : CLASS.alu32;
      return {
        opcode: cls | ALU.end | (it.order === "be" ? SOURCE.register : SOURCE.imm),
        dst: it.dst,
        src: 0,
        offset: 0,
        imm: it.bits,
      };
    }
    case "address-space-cast":
      return {
        opcode: CLASS.alu64 | ALU.mov | SOURCE.register,
        dst: it.dst,
        src: it.src,
        offset: ADDRESS_SPACE_CAST,
        imm: (it.to << 16) | it.from,
      };
    case "percpu-address":
      return {
        opcode: CLASS.alu64 | ALU.mov | SOURCE.register,
        dst: it.dst,
        src: it.src,
        offset: PERCPU_ADDRESS,
        imm: 0,
      };
    case "constant":
      return {
        opcode: LOAD_IMMEDIATE_64,
        dst: it.dst,
        src: PSEUDO.value,
        offset: 0,
        imm: Number(BigInt.asIntN(32, it.value)),
      };
    case "reference":
      return { opcode: LOAD_IMMEDIATE_64, dst: it.dst, src: PSEUDO[it.to], offset: 0, imm: it.imm };
    case "load":
      return {
        opcode: CLASS.ldx | (it.signed ? MODE.memsx : MODE.mem) | SIZE_OF[it.bytes],
        dst: it.dst,
        src: it.src,
        offset: it.offset,
        imm: 0,
      };
    case "store":
      return {
        opcode: (it.src === null ? CLASS.st : CLASS.stx) | MODE.mem | SIZE_OF[it.bytes],
        dst: it.dst,
        src: it.src ?? 0,
        offset: it.offset,
        imm: it.imm,
      };
    case "atomic": {
      // xchg and cmpxchg have the fetch bit in them.
      const imm = ATOMIC[it.operation] | (it.fetch ? ATOMIC.fetch : 0);
      return { opcode: CLASS.stx | MODE.atomic | SIZE_OF[it.bytes], dst: it.dst, src: it.src, offset: it.offset, imm };
    }
    case "load-acquire":
      return {
        opcode: CLASS.stx | MODE.atomic | SIZE_OF[it.bytes],
        dst: it.dst,
        src: it.src,
        offset: it.offset,
        imm: ATOMIC.loadAcquire,
      };
    case "store-release":
      return {
        opcode: CLASS.stx | MODE.atomic | SIZE_OF[it.bytes],
        dst: it.dst,
        src: it.src,
        offset: it.offset,
        imm: ATOMIC.storeRelease,
      };
    case "packet-load":
      return {
        opcode: CLASS.ld | (it.src === null ? MODE.abs : MODE.ind) | SIZE_OF[it.bytes],
        dst: 0,
        src: it.src ?? 0,
        offset: 0,
        imm: it.imm,
      };
    case "jump":
      return it.far
        ? { opcode: CLASS.jmp32 | JUMP.ja, dst: 0, src: 0, offset: 0, imm: distance(it.index, it.target, 32) }
        : { opcode: CLASS.jmp | JUMP.ja, dst: 0, src: 0, offset: distance(it.index, it.target, 16), imm: 0 };
    case "branch":
      return {
        opcode: (it.bits === 32 ? CLASS.jmp32 : CLASS.jmp) | JUMP[`j${it.condition}`] | sourceOf(it.src),
        dst: it.dst,
        src: it.src ?? 0,
        offset: distance(it.index, it.target, 16),
        imm: it.imm,
      };
    case "may-goto":
      return { opcode: CLASS.jmp | JUMP.jcond, dst: 0, src: 0, offset: distance(it.index, it.target, 16), imm: 0 };
    case "call-helper":
      return { opcode: CLASS.jmp | JUMP.call, dst: 0, src: CALL.helper, offset: 0, imm: it.helper };
    case "call-local":
      return {
        opcode: CLASS.jmp | JUMP.call,
        dst: 0,
        src: CALL.local,
        offset: 0,
        imm: distance(it.index, it.target, 32),
      };
    case "call-kernel":
      return { opcode: CLASS.jmp | JUMP.call, dst: 0, src: CALL.kernel, offset: it.module, imm: it.btfId };
    case "call-register":
      return { opcode: CLASS.jmp | JUMP.call | SOURCE.register, dst: it.register, src: 0, offset: 0, imm: 0 };
    case "exit":
      return { opcode: CLASS.jmp | JUMP.exit, dst: 0, src: 0, offset: 0, imm: 0 };
  }
}

/** The immediate of the second slot of a 64-bit immediate load; 0 for other instructions. */
export function upperHalf(instruction: Instruction): number {
  if (instruction.kind === "constant") return Number(BigInt.asIntN(32, instruction.value >> 32n));
  return instruction.kind === "reference" ? instruction.nextImm : 0;
}

function aluClass(bits: 32 | 64): number {
  return bits === 32 ? CLASS.alu32 : CLASS.alu64;
}

function sourceOf(src: number | null): number {
  return src === null ? SOURCE.imm : SOURCE.register;
}

function distance(index: number, target: number, bits: 16 | 32): number {
  const value = target - index - 1;
  const limit = 2 ** (bits - 1);
  if (value < -limit || value >= limit)
    throw new RangeError(`The jump from instruction ${index} to ${target} is further than ${bits} bits can say.`);
  return value;
}
