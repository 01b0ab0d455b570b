import { slotsOf } from "../../isa/instruction.ts";
import type { ProgramModel } from "../program/program-model.ts";
import { successorsOf } from "../program/successors.ts";

/** Instructions that run one behind the other. */
export interface Block {
  /** Slots of its instructions. */
  readonly instructions: readonly number[];
  /** The function that it belongs to. */
  readonly subprogram: number;
}

export type EdgeKind = "next" | "jump";

export interface BlockEdge {
  /** Indexes of blocks. */
  readonly from: number;
  readonly to: number;
  /** Straight on, or by a jump. */
  readonly kind: EdgeKind;
}

/** The control-flow graph of a program, each function by itself. */
export interface BlockGraph {
  readonly blocks: readonly Block[];
  readonly edges: readonly BlockEdge[];
}

/** Divides a program into blocks. */
export function blocksOf(model: ProgramModel): BlockGraph {
  const { instructions, subprograms, subprogramOf } = model;
  const leaders = new Set(subprograms.map(({ start }) => start));
  for (let i = 0; i < instructions.length; i++) {
    const it = instructions[i];
    if (it === null || it === undefined) continue;
    if (it.kind === "jump" || it.kind === "branch" || it.kind === "may-goto") leaders.add(it.target);
    if (endsBlock(it.kind)) leaders.add(i + 1);
  }
  const blocks: { instructions: number[]; subprogram: number }[] = [];
  const blockAt = new Map<number, number>();
  for (let i = 0; i < instructions.length; ) {
    const it = instructions[i] ?? null;
    if (leaders.has(i) || blocks.length === 0) {
      blockAt.set(i, blocks.length);
      blocks.push({ instructions: [], subprogram: subprogramOf[i] ?? 0 });
    }
    blocks[blocks.length - 1]!.instructions.push(i);
    i += it === null ? 1 : slotsOf(it);
  }
  const edges: BlockEdge[] = [];
  for (const [from, { instructions: slots }] of blocks.entries()) {
    const last = slots[slots.length - 1]!;
    for (const [i, successor] of successorsOf(model, last).entries()) {
      const to = blockAt.get(successor);
      const jumps = i > 0 || instructions[last]?.kind === "jump";
      if (to !== undefined && (i === 0 || edges.at(-1)?.from !== from || edges.at(-1)?.to !== to))
        edges.push({ from, to, kind: jumps ? "jump" : "next" });
    }
  }
  return { blocks, edges };
}

const endsBlock = (kind: string): boolean =>
  kind === "jump" || kind === "branch" || kind === "may-goto" || kind === "exit";
