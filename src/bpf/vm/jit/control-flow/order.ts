import { type Graph, successors } from "./graph.ts";

/** A numbering of a graph's blocks in which all edges but those that close loops lead from lower to higher numbers. */
export interface Order {
  /** Blocks in that order: reverse postorder of a depth-first walk. */
  readonly sequence: Int32Array;
  /** Position of each block in `sequence`. */
  readonly position: Int32Array;
  /** Predecessors of each block; one that branches here on both outcomes appears twice. */
  readonly predecessors: readonly (readonly number[])[];
}

export function orderBlocks({ blocks }: Graph): Order {
  const count = blocks.length;
  const predecessors: number[][] = Array.from({ length: count }, () => []);
  for (const [from, block] of blocks.entries()) for (const to of successors(block)) predecessors[to]!.push(from);

  const sequence = new Int32Array(count);
  const position = new Int32Array(count).fill(-1);
  const seen = new Uint8Array(count);
  const stack = [0];
  const progress = [0];
  let free = count;
  seen[0] = 1;
  while (stack.length > 0) {
    const block = stack[stack.length - 1]!;
    const next = successors(blocks[block]!);
    const i = progress[progress.length - 1]!++;
    if (i === next.length) {
      stack.pop();
      progress.pop();
      sequence[--free] = block;
      position[block] = free;
      continue;
    }
    const to = next[i]!;
    if (seen[to] === 1) continue;
    seen[to] = 1;
    stack.push(to);
    progress.push(0);
  }
  return { sequence, position, predecessors };
}
