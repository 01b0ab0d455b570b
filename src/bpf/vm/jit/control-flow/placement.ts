import type { DominatorTree } from "./dominators.ts";
import type { Graph } from "./graph.ts";
import { closesLoop, type Loops } from "./loops.ts";
import type { Order } from "./order.ts";

/**
 * Where each block's code goes. A block is placed by the nearest block that is on every way to it (its parent in the
 * dominator tree), except that what leaves a loop is placed behind that loop's end: so nesting is that of the program's
 * own loops and does not grow with their number.
 */
export interface Placement {
  /** Is it entered through a label, or written in place behind its only predecessor? */
  readonly labelled: Uint8Array;
  /** For each block the labelled blocks that come behind its own code (in a loop: still inside), in order. */
  readonly behind: readonly (readonly number[])[];
  /** For each loop header the labelled blocks that come behind the loop's end, in order. */
  readonly behindLoop: readonly (readonly number[])[];
  readonly isHeader: Uint8Array;
  /** Instruction slots in the block and all that it stands before: what placing it in an inner block would hold. */
  readonly weight: Float64Array;
}

export function placeBlocks({ blocks }: Graph, order: Order, tree: DominatorTree, loops: Loops): Placement {
  const { sequence, predecessors } = order;
  const labelled = new Uint8Array(blocks.length);
  const isHeader = new Uint8Array(blocks.length);
  const behind: number[][] = blocks.map(() => []);
  const behindLoop: number[][] = blocks.map(() => []);
  const weight = Float64Array.from(blocks, ({ start, end }) => end - start + 1);

  for (const block of sequence) {
    if (block === 0) continue;
    let entrances = 0;
    for (const from of predecessors[block]!) {
      if (closesLoop(tree, from, block)) isHeader[block] = 1;
      else entrances += blocks[from]!.terminator.kind === "dispatch" ? 2 : 1;
    }
    const parent = tree.parent[block]!;
    const left = loopLeft(loops, parent, block);
    if (left >= 0) behindLoop[left]!.push(block);
    else if (entrances > 1) behind[parent]!.push(block);
    else continue;
    labelled[block] = 1;
  }
  for (let i = sequence.length - 1; i > 0; i--) {
    const block = sequence[i]!;
    if (labelled[block] === 0) weight[tree.parent[block]!]! += weight[block]!;
  }
  return { labelled, behind, behindLoop, isHeader, weight };
}

/** Header of the outermost loop that `from` is in and `to` is not; -1: none. */
function loopLeft({ of, around }: Loops, from: number, to: number): number {
  let left = -1;
  for (let loop = of[from]!; loop >= 0; loop = around[loop]!) {
    let inside = of[to]!;
    while (inside >= 0 && inside !== loop) inside = around[inside]!;
    if (inside === loop) break;
    left = loop;
  }
  return left;
}
