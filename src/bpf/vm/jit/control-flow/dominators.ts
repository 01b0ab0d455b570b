import { type Graph, successors } from "./graph.ts";
import { identity } from "./identity.ts";
import type { Order } from "./order.ts";

/** Which blocks stand on every way to a block. */
export interface DominatorTree {
  /** Nearest block, other than itself, on every way from the start; -1 for block 0. */
  readonly parent: Int32Array;
  /** Is `a` on every way to `b`? A block is on every way to itself. */
  dominates(a: number, b: number): boolean;
}

/**
 * Lengauer and Tarjan, "A fast algorithm for finding dominators in a flowgraph" (1979), with path compression: nearly
 * linear also where thousands of blocks jump to one. Blocks are named by their depth-first numbers below.
 */
export function dominatorTree(graph: Graph, { predecessors }: Order): DominatorTree {
  const { blockOf, numberOf, treeParent } = depthFirst(graph);
  const count = graph.blocks.length;
  const semi = identity(count);
  const dominator = new Int32Array(count);
  const ancestor = new Int32Array(count).fill(-1);
  const best = identity(count);
  // Blocks whose semidominator is v, as chained lists.
  const bucket = new Int32Array(count).fill(-1);
  const nextInBucket = new Int32Array(count).fill(-1);
  const path: number[] = [];

  /** The block of smallest semidominator between v and the root of its tree in the forest. */
  const evaluate = (v: number): number => {
    if (ancestor[v]! < 0) return v;
    let at = v;
    while (ancestor[ancestor[at]!]! >= 0) {
      path.push(at);
      at = ancestor[at]!;
    }
    while (path.length > 0) {
      const w = path.pop()!;
      const above = ancestor[w]!;
      if (semi[best[above]!]! < semi[best[w]!]!) best[w] = best[above]!;
      ancestor[w] = ancestor[above]!;
    }
    return best[v]!;
  };

  for (let w = count - 1; w > 0; w--) {
    for (const block of predecessors[blockOf[w]!]!) {
      const u = evaluate(numberOf[block]!);
      if (semi[u]! < semi[w]!) semi[w] = semi[u]!;
    }
    nextInBucket[w] = bucket[semi[w]!]!;
    bucket[semi[w]!] = w;
    const parent = treeParent[w]!;
    ancestor[w] = parent;
    for (let v = bucket[parent]!; v >= 0; v = nextInBucket[v]!) {
      const u = evaluate(v);
      dominator[v] = semi[u]! < semi[v]! ? u : parent;
    }
    bucket[parent] = -1;
  }
  for (let w = 1; w < count; w++) if (dominator[w] !== semi[w]) dominator[w] = dominator[dominator[w]!]!;

  const parent = new Int32Array(count).fill(-1);
  for (let w = 1; w < count; w++) parent[blockOf[w]!] = blockOf[dominator[w]!]!;
  return withIntervals(parent);
}

function depthFirst({ blocks }: Graph) {
  const blockOf = new Int32Array(blocks.length);
  const numberOf = new Int32Array(blocks.length).fill(-1);
  const treeParent = new Int32Array(blocks.length).fill(-1);
  const stack: { block: number; from: number }[] = [{ block: 0, from: -1 }];
  let count = 0;
  while (stack.length > 0) {
    const { block, from } = stack.pop()!;
    if (numberOf[block]! >= 0) continue;
    const number = count++;
    numberOf[block] = number;
    blockOf[number] = block;
    treeParent[number] = from;
    for (const to of successors(blocks[block]!)) if (numberOf[to]! < 0) stack.push({ block: to, from: number });
  }
  return { blockOf, numberOf, treeParent };
}

/** A block dominates those whose interval of entry times lies within its own. */
function withIntervals(parent: Int32Array): DominatorTree {
  const count = parent.length;
  const children: number[][] = Array.from({ length: count }, () => []);
  for (let block = 1; block < count; block++) children[parent[block]!]!.push(block);
  const enter = new Int32Array(count);
  const leave = new Int32Array(count);
  const stack = [0];
  let time = 0;
  while (stack.length > 0) {
    const block = stack.pop()!;
    if (block < 0) {
      leave[~block] = time;
      continue;
    }
    enter[block] = time++;
    stack.push(~block);
    for (const child of children[block]!) stack.push(child);
  }
  return { parent, dominates: (a, b) => enter[a]! <= enter[b]! && enter[b]! < leave[a]! };
}
