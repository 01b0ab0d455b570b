import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dominatorTree } from "../../../../src/bpf/vm/jit/control-flow/dominators.ts";
import { type Block, type Graph, successors } from "../../../../src/bpf/vm/jit/control-flow/graph.ts";
import { findLoops, isReducible } from "../../../../src/bpf/vm/jit/control-flow/loops.ts";
import { orderBlocks } from "../../../../src/bpf/vm/jit/control-flow/order.ts";
import { makeReducible } from "../../../../src/bpf/vm/jit/control-flow/reducible.ts";

/** Graphs whose blocks can all be reached: block i is first reached from a block before it. Nothing leads to block 0. */
const graphs: fc.Arbitrary<Graph> = fc
  .array(fc.record({ from: fc.nat(), more: fc.array(fc.nat(), { maxLength: 2 }) }), { minLength: 1, maxLength: 20 })
  .map((seeds) => {
    const targets: number[][] = [[], ...seeds.map(() => [])];
    for (const [i, { from }] of seeds.entries()) targets[from % (i + 1)]!.push(i + 1);
    for (const [i, { more }] of seeds.entries()) for (const to of more) targets[i + 1]!.push(1 + (to % seeds.length));
    return { blocks: targets.map((to): Block => ({ start: 0, end: 0, terminator: { kind: "dispatch", to } })) };
  });

/** Blocks that can be reached from block 0 without going through `without`. */
function reachable({ blocks }: Graph, without: number): Set<number> {
  const seen = new Set<number>();
  const pending = without === 0 ? [] : [0];
  while (pending.length > 0) {
    const block = pending.pop()!;
    if (seen.has(block)) continue;
    seen.add(block);
    for (const to of successors(blocks[block]!)) if (to !== without) pending.push(to);
  }
  return seen;
}

describe("the dominator tree", () => {
  it("has a block above those that cannot be reached without it", () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        const tree = dominatorTree(graph, orderBlocks(graph));
        for (const a of graph.blocks.keys()) {
          const others = reachable(graph, a);
          for (const b of graph.blocks.keys()) expect(tree.dominates(a, b)).toBe(a === b || !others.has(b));
        }
      }),
    );
  });
});

describe("making graphs reducible", () => {
  it("leaves every loop with one entry", () => {
    let irreducible = 0;
    fc.assert(
      fc.property(graphs, (graph) => {
        const before = orderBlocks(graph);
        if (isReducible(graph, before, dominatorTree(graph, before))) return;
        irreducible++;
        makeReducible(graph);
        const order = orderBlocks(graph);
        const tree = dominatorTree(graph, order);
        expect(isReducible(graph, order, tree)).toBe(true);
        // Its loops are those of the definition: what can go round to the header without leaving what the header dominates.
        const { of, around } = findLoops(graph, order, tree);
        for (const header of graph.blocks.keys()) {
          const inside = new Set<number>();
          const pending = order.predecessors[header]!.filter((from) => tree.dominates(header, from));
          if (pending.length > 0) inside.add(header);
          while (pending.length > 0) {
            const block = pending.pop()!;
            if (inside.has(block)) continue;
            inside.add(block);
            pending.push(...order.predecessors[block]!);
          }
          for (const block of graph.blocks.keys()) {
            let loop = of[block]!;
            while (loop >= 0 && loop !== header) loop = around[loop]!;
            expect(loop === header).toBe(inside.has(block));
          }
        }
      }),
      { numRuns: 500 },
    );
    expect(irreducible).toBeGreaterThan(50);
  });
});
