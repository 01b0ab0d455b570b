import { decodeInstruction } from "./decode-instruction.ts";
import { INSTRUCTION_BYTES, type Instruction, type RawInstruction } from "./instruction.ts";
import { CLASS, JUMP, LOAD_IMMEDIATE_64 } from "./opcodes.ts";
import type { DecodeProblem } from "./problem.ts";
import { readRaw } from "./raw.ts";

/** A program taken apart. */
export interface DecodedProgram {
  /**
   * One entry a slot, so that a jump's `target` is an index here; null in the second slot of a 64-bit immediate load
   * and where an instruction has a problem.
   */
  readonly instructions: readonly (Instruction | null)[];
  /** Everything that is wrong, in the order of the instructions. */
  readonly problems: readonly DecodeProblem[];
}

const SECOND_SLOT: RawInstruction = { opcode: 0, dst: 0, src: 0, offset: 0, imm: 0 };

/**
 * Decodes a program: 8-byte little-endian instructions. Checks what needs no analysis: opcodes, registers and reserved
 * fields (table FORMS), 64-bit immediates cut short, jumps out of the program or into a 64-bit immediate, and that
 * the last instruction does not fall off the end.
 */
export function decodeProgram(bytes: Uint8Array): DecodedProgram {
  const count = Math.floor(bytes.length / INSTRUCTION_BYTES);
  const instructions = new Array<Instruction | null>(count).fill(null);
  const problems: DecodeProblem[] = [];
  /** 1 in the second slots of 64-bit immediates. */
  const second = new Uint8Array(count);

  for (let index = 0; index < count; index++) {
    const raw = readRaw(bytes, index);
    let next = SECOND_SLOT;
    const wide = raw.opcode === LOAD_IMMEDIATE_64;
    if (wide) {
      if (index + 1 === count) {
        problems.push({
          index,
          message: `Instruction ${index} loads a 64-bit immediate, but the program ends before its second half.`,
          kernel: "invalid bpf_ld_imm64 insn",
        });
        break;
      }
      next = readRaw(bytes, index + 1);
      second[index + 1] = 1;
    }
    const decoded = decodeInstruction(raw, next, index);
    if ("kind" in decoded) instructions[index] = decoded;
    else problems.push(decoded);
    if (wide) index++;
  }
  checkTargets(instructions, second, problems);
  checkEnd(bytes, count, second, problems);
  return { instructions, problems: problems.sort((a, b) => a.index - b.index) };
}

/** Slot that an instruction names, or undefined for one that names none. */
export function targetOf(instruction: Instruction): number | undefined {
  switch (instruction.kind) {
    case "jump":
    case "branch":
    case "may-goto":
    case "call-local":
      return instruction.target;
    case "reference":
      return instruction.to === "function" ? instruction.index + 1 + instruction.imm : undefined;
    default:
      return undefined;
  }
}

function checkTargets(
  instructions: readonly (Instruction | null)[],
  second: Uint8Array,
  problems: DecodeProblem[],
): void {
  const count = instructions.length;
  for (const instruction of instructions) {
    const target = instruction === null ? undefined : targetOf(instruction);
    if (instruction === null || target === undefined) continue;
    const { index } = instruction;
    const verb = instruction.kind === "call-local" ? "calls" : instruction.kind === "reference" ? "names" : "jumps to";
    if (target < 0 || target >= count)
      problems.push({
        index,
        message: `Instruction ${index} ${verb} instruction ${target}, outside the program of ${count} instructions.`,
        kernel:
          verb === "jumps to" ? `jump out of range from insn ${index} to ${target}` : "call to invalid destination",
      });
    else if (second[target] === 1)
      problems.push({
        index,
        message: `Instruction ${index} ${verb} instruction ${target}, the second half of a 64-bit immediate.`,
        kernel: `jump into the middle of ldimm64 insn ${target - 1}`,
      });
  }
}

function checkEnd(bytes: Uint8Array, count: number, second: Uint8Array, problems: DecodeProblem[]): void {
  const left = bytes.length % INSTRUCTION_BYTES;
  if (left > 0) {
    problems.push({
      index: count,
      message: `Instruction ${count} is cut short: ${left} of its ${INSTRUCTION_BYTES} bytes are there.`,
    });
    return;
  }
  if (count === 0) {
    problems.push({ index: 0, message: "The program has no instructions." });
    return;
  }
  const last = bytes[(count - 1) * INSTRUCTION_BYTES]!;
  const ends = last === (CLASS.jmp | JUMP.exit) || last === (CLASS.jmp | JUMP.ja) || last === (CLASS.jmp32 | JUMP.ja);
  if (!ends || second[count - 1] === 1)
    problems.push({
      index: count - 1,
      message: `Instruction ${count - 1} is the last, but neither 'exit' nor an unconditional jump: the program would run past its end.`,
      hint: "End the program with 'exit'.",
      kernel: "last insn is not an exit or jmp",
    });
}
