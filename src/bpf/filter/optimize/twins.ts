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
  // Those with the same branch, later ones first.
  const alike = new Map<string, Block[]>();
  for (const block of [...blocks].reverse()) {
    if (!reachable.has(block)) continue;
    const key = `${block.code} ${block.k} ${block.whenTrue.to?.id} ${block.whenFalse.to?.id}`;
    const group = alike.get(key) ?? [];
    const twin = group.findLast((other) => sameStatements(block.statements, other.statements));
    if (twin !== undefined) block.twin = twin.twin ?? twin;
    group.push(block);
    alike.set(key, group);
  }
}

function sameStatements(left: readonly Statement[], right: readonly Statement[]): boolean {
  const a = left.filter(({ code }) => code !== NOP);
  const b = right.filter(({ code }) => code !== NOP);
  return a.length === b.length && a.every(({ code, k }, i) => code === b[i]!.code && k === b[i]!.k);
}
