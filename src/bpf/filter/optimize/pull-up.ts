import type { Block, Edge } from "../ir/block.ts";
import { A } from "./atoms.ts";
import type { Graph } from "./graph.ts";
import type { Pass } from "./pass.ts";

type Way = "whenTrue" | "whenFalse";

/** In a chain of alternatives, moves a test of the value that is in A up to the others of it: it need not be loaded twice. */
export function pullUpAlternative(pass: Pass, graph: Graph, block: Block): void {
  pullUp(pass, graph, block, "whenTrue", "whenFalse");
}

/** The same in a chain of conditions that all must hold. */
export function pullUpCondition(pass: Pass, graph: Graph, block: Block): void {
  pullUp(pass, graph, block, "whenFalse", "whenTrue");
}

/** `out`: the way that all of the chain leave by to the same block; `along`: the way to the next one. */
function pullUp(pass: Pass, graph: Graph, block: Block, out: Way, along: Way): void {
  const first = block.incoming.at(-1);
  if (first === undefined) return;
  const value = first.from.values[A];
  if (block.incoming.some(({ from }) => from.values[A] !== value)) return;
  const belongs = (link: Block | undefined): link is Block =>
    link !== undefined && link[out].to === block[out].to && graph.dominators.has(link.id, block.id);

  const { whenTrue, whenFalse } = first.from;
  let different: Edge = whenTrue.to === block ? whenTrue : whenFalse;
  let atTop = true;
  for (;;) {
    const link = different.to;
    if (!belongs(link)) return;
    if (link.values[A] !== value) break;
    different = link[along];
    atTop = false;
  }
  let same: Edge = different.to![along];
  for (;;) {
    const link = same.to;
    if (!belongs(link)) return;
    if (link.values[A] === value) break;
    same = link[along];
  }
  const pulled = same.to!;
  same.to = pulled[along].to;
  pulled[along].to = different.to;
  if (atTop)
    for (const { from } of block.incoming) {
      if (from.whenTrue.to === block) from.whenTrue.to = pulled;
      else from.whenFalse.to = pulled;
    }
  else different.to = pulled;
  pass.moved();
}
