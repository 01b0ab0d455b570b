import type { ClassicInstruction } from "../classic/instruction.ts";
import { ALU, CLASS, classOf, isIndirect, isMemory, JUMP, OP, SOURCE_X } from "./ir/opcode.ts";

/** See `CaptureFilter.run`. */
export type RunOnPacket = (bytes: Uint8Array, at: number, length: number, wireLength: number) => number;

/** More targets of jumps than this are not translated: each is a block within the block of the one before. */
const MOST_TARGETS = 200;

/**
 * The program as a JavaScript function that does what `CaptureFilter` does, several times as fast. Undefined where it loops
 * or is too long. Each instruction that is jumped to ends a labelled block, so that a jump to it is a `break`.
 */
export function translateForCaptures(instructions: readonly ClassicInstruction[]): RunOnPacket | undefined {
  const targets = [...new Set(instructions.flatMap(targetsOf))].sort((a, b) => b - a);
  if (targets.length > MOST_TARGETS || instructions.some(({ code, k }) => code === OP.JA && (k | 0) < 0))
    return undefined;
  const isTarget = new Set(targets);
  const slots = new Set(instructions.filter(usesSlot).map(({ k }) => `m${k} = 0`));
  const lines = instructions.map((instruction, i) => `${isTarget.has(i) ? "}\n" : ""}${translate(instruction, i)}`);
  // Everything in it is a number or a word of this file.
  return new Function(
    "b",
    "at",
    "n",
    "wire",
    `"use strict"; let ${["a = 0", "x = 0", "o = 0", ...slots].join(", ")};
${targets.map((target) => `L${target}: {`).join(" ")}
${lines.join("\n")}`,
  ) as RunOnPacket;
}

/** Instructions that a jump leads to other than by going on. */
function targetsOf({ code, jt, jf, k }: ClassicInstruction, i: number): number[] {
  if (classOf(code) !== CLASS.JMP) return [];
  return (code === OP.JA ? [k] : [jt, jf]).filter((distance) => distance !== 0).map((distance) => i + 1 + distance);
}

function usesSlot({ code }: ClassicInstruction): boolean {
  return code === OP.ST || code === OP.STX || code === OP.LD_MEM || code === OP.LDX_MEM;
}

function translate({ code, jt, jf, k }: ClassicInstruction, i: number): string {
  const signed = k | 0;
  switch (code) {
    case OP.LD_IMM:
      return `a = ${signed};`;
    case OP.LDX_IMM:
      return `x = ${signed};`;
    case OP.LD_LEN:
      return "a = wire | 0;";
    case OP.LD_MEM:
      return `a = m${k};`;
    case OP.LDX_MEM:
      return `x = m${k};`;
    case OP.ST:
      return `m${k} = a;`;
    case OP.STX:
      return `m${k} = x;`;
    case OP.TAX:
      return "x = a;";
    case OP.TXA:
      return "a = x;";
    case OP.NEG:
      return "a = -a | 0;";
    case OP.RET_K:
      return `return ${k};`;
    case OP.LDX_MSH:
      return `if (n <= ${k}) return 0; x = (b[at + ${k}] & 15) << 2;`;
    case OP.JA:
      return k === 0 ? "" : `break L${i + 1 + k};`;
  }
  switch (classOf(code)) {
    case CLASS.LD:
      if (!isMemory(code)) return load(code, k);
      break;
    case CLASS.ALU:
      return operation(code, signed);
    case CLASS.JMP: {
      const go = (distance: number) => (distance === 0 ? "" : `break L${i + 1 + distance};`);
      return `if (${condition(code, signed)}) { ${go(jt)} } else { ${go(jf)} }`;
    }
  }
  throw new RangeError(`opcode 0x${code.toString(16)} is none that filters are compiled to`);
}

function load(code: number, k: number): string {
  const size = (code & 0x18) === 0x10 ? 1 : (code & 0x18) === 0x08 ? 2 : 4;
  const [prepare, offset] = isIndirect(code) ? [`o = (x >>> 0) + ${k};`, "o"] : ["", `${k}`];
  const bytes = Array.from({ length: size }, (_, i) => {
    const byte = `b[at + ${offset}${i === 0 ? "" : ` + ${i}`}]`;
    const shift = 8 * (size - 1 - i);
    return shift === 0 ? byte : `(${byte} << ${shift})`;
  });
  return `${prepare} if (${offset} > n - ${size}) return 0; a = ${bytes.join(" | ")};`;
}

function operation(code: number, k: number): string {
  const isX = (code & SOURCE_X) !== 0;
  const operand = isX ? "x" : `(${k})`;
  switch (code & ~SOURCE_X) {
    case ALU.ADD:
      return `a = (a + ${operand}) | 0;`;
    case ALU.SUB:
      return `a = (a - ${operand}) | 0;`;
    case ALU.MUL:
      return `a = Math.imul(a, ${operand});`;
    case ALU.DIV:
      return `if (${operand} === 0) return 0; a = ((a >>> 0) / (${operand} >>> 0)) | 0;`;
    case ALU.MOD:
      return `if (${operand} === 0) return 0; a = ((a >>> 0) % (${operand} >>> 0)) | 0;`;
    case ALU.AND:
      return `a &= ${operand};`;
    case ALU.OR:
      return `a |= ${operand};`;
    case ALU.XOR:
      return `a ^= ${operand};`;
    case ALU.LSH:
      return `a = ${operand} >>> 0 < 32 ? a << ${operand} : 0;`;
    case ALU.RSH:
      return `a = ${operand} >>> 0 < 32 ? (a >>> ${operand}) | 0 : 0;`;
    default:
      throw new RangeError(`opcode 0x${code.toString(16)} is none that filters are compiled to`);
  }
}

function condition(code: number, k: number): string {
  const operand = (code & SOURCE_X) === 0 ? `(${k})` : "x";
  switch (code & ~SOURCE_X) {
    case JUMP.EQ:
      return `a === ${operand}`;
    case JUMP.GT:
      return `a >>> 0 > ${operand} >>> 0`;
    case JUMP.GE:
      return `a >>> 0 >= ${operand} >>> 0`;
    default:
      return `(a & ${operand}) !== 0`;
  }
}
