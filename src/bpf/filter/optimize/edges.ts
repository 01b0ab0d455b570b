import type { Block, Edge } from "../ir/block.ts";
import { JUMP } from "../ir/opcode.ts";
import { A, ATOMS } from "./atoms.ts";
import type { Graph } from "./graph.ts";
import type { Pass } from "./pass.ts";

/** Lets an edge pass over tests whose outcome is known on it. */
export function shortenEdge(pass: Pass, graph: Graph, edge: Edge): void {
  const next = edge.to!;
  if (next.whenTrue.to === undefined) return;
  if (next.whenTrue.to === next.whenFalse.to && !needsOther(edge.from, next.whenTrue.to)) {
    pass.changed();
    edge.to = next.whenTrue.to;
  }
  const { edgeDominators, edges } = graph;
  let id = edgeDominators.next(edge.id, 0);
  while (id >= 0) {
    const target = decided(edge.to!, edges[id]!);
    if (target !== undefined && !needsOther(edge.from, target)) {
      pass.moved();
      edge.to = target;
      if (target.whenTrue.to === undefined) return;
      id = edgeDominators.next(edge.id, 0);
    } else id = edgeDominators.next(edge.id, id + 1);
  }
}

/** Where a block leads, if that is known once an edge was taken; undefined: it is not. */
function decided(block: Block, taken: Edge): Block | undefined {
  const { from, sense } = taken;
  if (block.code !== from.code || block.values[A] !== from.values[A]) return undefined;
  if (block.operandValue === from.operandValue) return sense ? block.whenTrue.to : block.whenFalse.to;
  // What is equal to one constant is not equal to another.
  return sense && block.code === JUMP.EQ ? block.whenFalse.to : undefined;
}

/** Whether something that is read after `to` has another value there than at the end of `from`. */
function needsOther(from: Block, to: Block): boolean {
  if (to.usedAfter === 0) return false;
  for (let atom = 0; atom < ATOMS; atom++)
    if ((to.usedAfter & (1 << atom)) !== 0 && from.values[atom] !== to.values[atom]) return true;
  return false;
}
