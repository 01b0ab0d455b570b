import { type Block, successors } from "./graph.ts";

/**
 * Strongly connected parts of `region` that have an edge within, edges into `closed` left out (Tarjan, "Depth-first search and
 * linear graph algorithms", 1972).
 */
export function cycles(
  blocks: readonly Block[],
  region: readonly number[],
  closed: ReadonlySet<number>,
): readonly number[][] {
  const member = new Set(region);
  const index = new Map<number, number>();
  const low = new Map<number, number>();
  const open = new Set<number>();
  const pending: number[] = [];
  const found: number[][] = [];
  const stack: { block: number; edges: number[]; next: number }[] = [];
  const edges = (block: number) => successors(blocks[block]!).filter((to) => member.has(to) && !closed.has(to));
  const visit = (block: number) => {
    low.set(block, index.size);
    index.set(block, index.size);
    open.add(block);
    pending.push(block);
    stack.push({ block, edges: edges(block), next: 0 });
  };
  const lower = (block: number, to: number) => low.set(block, Math.min(low.get(block)!, to));

  for (const root of region) {
    if (index.has(root)) continue;
    visit(root);
    while (stack.length > 0) {
      const top = stack[stack.length - 1]!;
      if (top.next < top.edges.length) {
        const to = top.edges[top.next++]!;
        if (!index.has(to)) visit(to);
        else if (open.has(to)) lower(top.block, index.get(to)!);
        continue;
      }
      stack.pop();
      const below = stack[stack.length - 1];
      if (below !== undefined) lower(below.block, low.get(top.block)!);
      if (low.get(top.block) !== index.get(top.block)) continue;
      const part = pending.splice(pending.lastIndexOf(top.block));
      for (const block of part) open.delete(block);
      if (part.length > 1 || top.edges.includes(top.block)) found.push(part);
    }
  }
  return found;
}
