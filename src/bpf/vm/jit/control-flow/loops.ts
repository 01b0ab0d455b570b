import type { DominatorTree } from "./dominators.ts";
import type { Graph } from "./graph.ts";
import { identity } from "./identity.ts";
import type { Order } from "./order.ts";

/** The loops of a reducible graph. A loop is named by its header, the block that it is entered through. */
export interface Loops {
  /** Innermost loop that a block belongs to (a header: its own); -1: none. */
  readonly of: Int32Array;
  /** For a header: the loop around its loop; -1: none. */
  readonly around: Int32Array;
}

/** Is an edge one that closes a loop? In a reducible graph its target is on every way to its source. */
export function closesLoop(tree: DominatorTree, from: number, to: number): boolean {
  return tree.dominates(to, from);
}

/** Do all loops have one entry? */
export function isReducible({ blocks }: Graph, { position, predecessors }: Order, tree: DominatorTree): boolean {
  for (let to = 0; to < blocks.length; to++)
    for (const from of predecessors[to]!)
      if (position[from]! >= position[to]! && !tree.dominates(to, from)) return false;
  return true;
}

/** Finds the natural loops, inner ones first, each by walking back from the edges that close it. */
export function findLoops({ blocks }: Graph, { sequence, predecessors }: Order, tree: DominatorTree): Loops {
  const of = new Int32Array(blocks.length).fill(-1);
  const around = new Int32Array(blocks.length).fill(-1);
  /** Shortcut from an inner loop's header to that of the outermost loop found so far that it lies in. */
  const outermost = identity(blocks.length);
  const find = (header: number): number => {
    let at = header;
    while (outermost[at] !== at) {
      outermost[at] = outermost[outermost[at]!]!;
      at = outermost[at]!;
    }
    return at;
  };

  for (let i = sequence.length - 1; i >= 0; i--) {
    const header = sequence[i]!;
    const pending = predecessors[header]!.filter((from) => closesLoop(tree, from, header));
    if (pending.length === 0) continue;
    of[header] = header;
    while (pending.length > 0) {
      const block = pending.pop()!;
      // Blocks of inner loops are passed over: their header stands for them.
      const inner = of[block] === -1 ? -1 : find(of[block]!);
      if (inner === header) continue;
      if (inner === -1) {
        of[block] = header;
        for (const from of predecessors[block]!) pending.push(from);
      } else {
        around[inner] = header;
        outermost[inner] = header;
        for (const from of predecessors[inner]!) if (!closesLoop(tree, from, inner)) pending.push(from);
      }
    }
  }
  return { of, around };
}
