import type { ClassicInstruction } from "../bpf/classic/instruction.ts";
import { CLASS, classOf, OP } from "../bpf/filter/ir/opcode.ts";

/** What a block of a program ends with. */
export type BlockEnd =
  | { readonly kind: "test"; readonly at: number; readonly yes: number; readonly no: number }
  | { readonly kind: "return"; readonly at: number }
  | { readonly kind: "jump"; readonly to: number };

/** Instructions that are run one after the other. */
export interface ProgramBlock {
  /** Index of the first instruction. */
  readonly start: number;
  /** One behind the last. */
  readonly end: number;
  readonly exit: BlockEnd;
}

/** The blocks of a classic program that can be reached, by the index of their first instruction. */
export function programBlocks(instructions: readonly ClassicInstruction[]): Map<number, ProgramBlock> {
  const starts = new Set([0]);
  for (const [i, instruction] of instructions.entries()) for (const to of targets(instruction, i)) starts.add(to);
  const blocks = new Map<number, ProgramBlock>();
  const waiting = [0];
  for (let start = waiting.pop(); start !== undefined; start = waiting.pop()) {
    if (blocks.has(start)) continue;
    const block = blockAt(instructions, start, starts);
    blocks.set(start, block);
    waiting.push(...successors(block));
  }
  return blocks;
}

/** Where a block leads to. */
export function successors({ exit }: ProgramBlock): number[] {
  if (exit.kind === "return") return [];
  return exit.kind === "jump" ? [exit.to] : [exit.yes, exit.no];
}

function blockAt(
  instructions: readonly ClassicInstruction[],
  start: number,
  starts: ReadonlySet<number>,
): ProgramBlock {
  for (let i = start; ; i++) {
    const instruction = instructions[i]!;
    const { code } = instruction;
    if (classOf(code) === CLASS.RET) return { start, end: i + 1, exit: { kind: "return", at: i } };
    const to = targets(instruction, i);
    if (to.length === 2 && to[0] !== to[1])
      return { start, end: i + 1, exit: { kind: "test", at: i, yes: to[0]!, no: to[1]! } };
    if (to.length > 0) return { start, end: i + 1, exit: { kind: "jump", to: to[0]! } };
    if (starts.has(i + 1)) return { start, end: i + 1, exit: { kind: "jump", to: i + 1 } };
  }
}

function targets({ code, jt, jf, k }: ClassicInstruction, i: number): number[] {
  if (classOf(code) !== CLASS.JMP) return [];
  return code === OP.JA ? [i + 1 + (k | 0)] : [i + 1 + jt, i + 1 + jf];
}
