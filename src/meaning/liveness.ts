import { type ClassicInstruction, SCRATCH_SLOTS } from "../bpf/classic/instruction.ts";
import { CLASS, classOf, isIndirect, OP, SOURCE_X } from "../bpf/filter/ir/opcode.ts";
import { type ProgramBlock, successors } from "./program-blocks.ts";

/** A set of A, X and scratch slots: bits 0 and 1, and 2 + n for M[n]. */
type Places = number;
const A = 1;
const X = 2;
const slot = (k: number): Places => (k < SCRATCH_SLOTS ? 4 << k : 0);

/** By the start of each block: the registers and slots whose values at its start matter. */
export function liveAtStart(
  instructions: readonly ClassicInstruction[],
  blocks: ReadonlyMap<number, ProgramBlock>,
): Map<number, Places> {
  const live = new Map<number, Places>();
  const order = [...blocks.keys()].sort((a, b) => b - a);
  for (let changed = true; changed; ) {
    changed = false;
    for (const start of order) {
      const block = blocks.get(start)!;
      let places = successors(block).reduce((sum, next) => sum | (live.get(next) ?? 0), 0);
      for (let i = block.end - 1; i >= start; i--) places = before(instructions[i]!, places);
      if (live.get(start) !== places) changed = true;
      live.set(start, places);
    }
  }
  return live;
}

export function isLive(places: Places, what: "a" | "x" | number): boolean {
  return (places & (what === "a" ? A : what === "x" ? X : slot(what))) !== 0;
}

/** What matters before an instruction, if `after` matters behind it. */
function before({ code, k }: ClassicInstruction, after: Places): Places {
  const index = isIndirect(code) ? X : 0;
  switch (classOf(code)) {
    case CLASS.LD:
      // SKF_AD_ALU_XOR_X takes both.
      return code === OP.LD_MEM ? (after & ~A) | slot(k) : (after & ~A) | index | (k >>> 0 === 0xffff_f028 ? A | X : 0);
    case CLASS.LDX:
      return code === OP.LDX_MEM ? (after & ~X) | slot(k) : after & ~X;
    case CLASS.ST:
      return (after & ~slot(k)) | A;
    case CLASS.STX:
      return (after & ~slot(k)) | X;
    case CLASS.ALU:
      return after | A | ((code & SOURCE_X) !== 0 ? X : 0);
    case CLASS.JMP:
      return code === OP.JA ? after : after | A | ((code & SOURCE_X) !== 0 ? X : 0);
    case CLASS.RET:
      return (code & 0x18) === 0x10 ? A : (code & 0x18) === 0x08 ? X : 0;
    default:
      return code === OP.TAX ? (after & ~X) | A : (after & ~A) | X;
  }
}
