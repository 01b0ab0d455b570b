import type { Block } from "../ir/block.ts";
import { shortenEdge } from "./edges.ts";
import { Graph } from "./graph.ts";
import { Pass } from "./pass.ts";
import { pullUpAlternative, pullUpCondition } from "./pull-up.ts";
import { evaluateBlock } from "./statements.ts";
import { mergeTwins } from "./twins.ts";

/** Passes in a row that may do nothing but move edges: there is a circle then. */
const PATIENCE = 100;

/**
 * Makes a program shorter and faster that decides the same, and returns its first block. The passes are those of
 * libpcap's optimizer (optimize.c), in the same order, so that the same program comes out.
 * Throws ImpossibleOperation for a division by what turns out to be 0, or a shift by more than 31.
 */
export function optimize(root: Block): Block {
  const graph = new Graph(root);
  const pass = new Pass();
  untilStable(pass, () => moveBranches(pass, graph));
  untilStable(pass, () => alterStatements(pass, graph));
  mergeTwins(graph);
  return withoutVainTests(graph.root);
}

function untilStable(pass: Pass, run: () => void): void {
  for (let vain = 0; vain < PATIENCE; vain = pass.statementsChanged ? 0 : vain + 1) {
    pass.begin();
    run();
    if (pass.unchanged) return;
  }
}

function moveBranches(pass: Pass, graph: Graph): void {
  evaluate(pass, graph, false);
  for (const block of graph.upwards()) {
    shortenEdge(pass, graph, block.whenTrue);
    shortenEdge(pass, graph, block.whenFalse);
  }
  graph.findIncoming();
  for (const block of graph.upwards()) {
    pullUpAlternative(pass, graph, block);
    pullUpCondition(pass, graph, block);
  }
}

function alterStatements(pass: Pass, graph: Graph): void {
  evaluate(pass, graph, true);
}

function evaluate(pass: Pass, graph: Graph, alter: boolean): void {
  graph.analyse();
  pass.values.clear();
  graph.findIncoming();
  for (const block of graph.downwards()) evaluateBlock(pass, block, alter);
}

/** The first blocks may test what makes no difference; what they compute still counts. */
function withoutVainTests(root: Block): Block {
  const { statements } = root;
  root.statements = [];
  let first = root;
  while (!first.isReturn && first.whenTrue.to === first.whenFalse.to) first = first.whenTrue.to!;
  first.statements = first.isReturn ? [] : [...statements, ...first.statements];
  return first;
}
