import { type ClassicInstruction, FIELDS, isBranch, JUMP_ALWAYS, MAX_INSTRUCTIONS } from "./instruction.ts";
import { shortText } from "./listing.ts";
import { type ClassicRules, PACKET_RULES } from "./rules.ts";
import { uninitialisedLoads } from "./scratch-flow.ts";
import { untranslatableJumps } from "./translation.ts";

/** Why the kernel refuses a program. */
export interface ClassicProblem {
  /** Instruction that is wrong, from 0; of a program that is too short or too long, where the first one is missing or too many. */
  readonly index: number;
  /** A full sentence with the instruction's number and text. */
  readonly message: string;
  /** What to do; a full sentence. */
  readonly hint?: string;
}

/**
 * The kernel's checks before it takes a classic program: bpf_check_basics_ok, bpf_check_classic and
 * check_load_and_stores, then the limits of bpf_convert_filter (net/core/filter.c). Empty: the program is taken. The
 * kernel stops at its first objection; here are all of one kind: flow through scratch slots is looked at once every
 * instruction is sound, translation last.
 * @param rules what is permitted of opcodes and operands at the place where the program is to run.
 */
export function checkClassic(
  instructions: readonly ClassicInstruction[],
  rules: ClassicRules = PACKET_RULES,
): ClassicProblem[] {
  const count = instructions.length;
  if (count === 0)
    return [{ index: 0, message: "The program is empty.", hint: "The shortest program is one 'ret' instruction." }];
  if (count > MAX_INSTRUCTIONS)
    return [
      {
        index: MAX_INSTRUCTIONS,
        message: `The program has ${count} instructions; the kernel takes at most ${MAX_INSTRUCTIONS}.`,
      },
    ];
  const problems = instructions.flatMap((instruction, index) => checkInstruction(instruction, index, count, rules));
  const last = instructions[count - 1]!;
  if (!isReturn(last.code))
    problems.push({
      index: count - 1,
      message: `${subject(last, count - 1)} is the last one and not a return.`,
      hint: "End the program with 'ret #k' or 'ret a'.",
    });
  if (problems.length > 0) return problems;
  for (const index of uninitialisedLoads(instructions))
    problems.push({
      index,
      message: `${subject(instructions[index]!, index)} reads a scratch slot that not every way to it has written.`,
      hint: "Store to the slot before the program branches; the kernel also counts the way past a 'ret' instruction.",
    });
  if (problems.length > 0) return problems;
  return untranslatableJumps(instructions).map((index) => ({
    index,
    message: `${subject(instructions[index]!, index)} is too far into the program for the kernel to translate it.`,
    hint: "Each packet load becomes up to 21 instructions, and no jump may lie or reach behind 32,767 of them.",
  }));
}

function checkInstruction(
  instruction: ClassicInstruction,
  index: number,
  count: number,
  rules: ClassicRules,
): ClassicProblem[] {
  const misfit = FIELDS.find(([name, limit]) => !isUnsigned(instruction[name], limit));
  if (misfit !== undefined) {
    const [name, limit] = misfit;
    return [{ index, message: `Instruction ${index} has ${name} ${instruction[name]}; it must be 0 to ${limit}.` }];
  }
  const rule = rules.opcodes.get(instruction.code);
  if (rule === undefined)
    return [
      {
        index,
        message: `${subject(instruction, index)} has opcode 0x${instruction.code.toString(16)}; ${rules.place} may not use it.`,
      },
    ];
  const complaint = rule(instruction);
  if (complaint !== undefined) {
    const message = `${subject(instruction, index)} ${complaint.text}`;
    return [complaint.hint === undefined ? { index, message } : { index, message, hint: complaint.hint }];
  }
  const back = index + 1 + (instruction.k | 0);
  if (instruction.code === JUMP_ALWAYS && back >= 0 && back <= index)
    return [{ index, message: `${subject(instruction, index)} jumps back, to ${back}; the kernel takes no loops.` }];
  return targets(instruction, index)
    .filter(({ target }) => target >= count)
    .map(({ way, target }) => ({
      index,
      message: `${subject(instruction, index)} jumps${way} to ${target}, past the last instruction, ${count - 1}.`,
    }));
}

function isUnsigned(value: number, limit: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= limit;
}

function targets({ code, jt, jf, k }: ClassicInstruction, index: number): { way: string; target: number }[] {
  if (code === JUMP_ALWAYS) return [{ way: "", target: index + 1 + k }];
  if (!isBranch(code)) return [];
  return [
    { way: " when true", target: index + 1 + jt },
    { way: " when false", target: index + 1 + jf },
  ];
}

function isReturn(code: number): boolean {
  return code === 0x06 || code === 0x16;
}

function subject(instruction: ClassicInstruction, index: number): string {
  return `Instruction ${index}, '${shortText(instruction, index)}',`;
}
