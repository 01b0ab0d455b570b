import type { Block } from "../ir/block.ts";
import { NOP, type Statement } from "../ir/statement.ts";
import type { Graph } from "./graph.ts";
import { childrenFirst } from "./graph.ts";

/** Lets edges to blocks that do the same lead to one of them. */
export function mergeTwins(graph: Graph): void {
  for (let merged = true; merged; ) {
    findTwins(graph);
    merged = false;
    for (const { whenTrue, whenFalse } of graph.blocks)
      for (const edge of [whenTrue, whenFalse])
        if (edge.to?.twin !== undefined) {
          edge.to = edge.to.twin;
          merged = true;
        }
  }
}

function findTwins({ root, blocks }: Graph): void {
  for (const block of blocks) block.twin = undefined;
  const reachable = new Set(childrenFirst(root));
  // Those with the same ways out, later ones first.
  const alike = new Map<number, Block[]>();
  for (let i = blocks.length - 1; i >= 0; i--) {
    const block = blocks[i]!;
    if (!reachable.has(block)) continue;
    const key = (block.whenTrue.to?.id ?? -1) * blocks.length + (block.whenFalse.to?.id ?? -1);
    const group = alike.get(key);
    if (group === undefined) {
      alike.set(key, [block]);
      continue;
    }
    const twin = group.findLast((other) => areAlike(block, other));
    if (twin !== undefined) block.twin = twin.twin ?? twin;
    group.push(block);
  }
}

function areAlike(block: Block, other: Block): boolean {
  return block.code === other.code && block.k === other.k && sameStatements(block.statements, other.statements);
}

function sameStatements(left: readonly Statement[], right: readonly Statement[]): boolean {
  let j = 0;
  for (const { code, k } of left) {
    if (code === NOP) continue;
    while (right[j]?.code === NOP) j++;
    const other = right[j++];
    if (other?.code !== code || other.k !== k) return false;
  }
  while (right[j]?.code === NOP) j++;
  return j >= right.length;
}
