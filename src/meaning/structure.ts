import { ALWAYS, all, any, type Formula, NEVER, not } from "./formula.ts";

/** A question with where its answers lead: to another node, or to an end. */
export interface DecisionNode {
  formula: Formula;
  yes: string;
  no: string;
}

/** Questions that are asked more than once in the result are copied, so often at most. */
const MOST_COPIES = 100;
/** Of more questions nobody wants to read a list. */
const MOST_QUESTIONS = 800;

/**
 * What has to hold for the way from `root` to come to the end of that name. Ends are names without a node. Nodes that lead to
 * the same places are taken together, as one reads `a && b || c` out of jumps; a node to which several ways lead is
 * copied where nothing else helps. Undefined: that would be too much to say.
 */
export function conditionFor(
  end: string,
  root: string,
  questions: ReadonlyMap<string, DecisionNode>,
): Formula | undefined {
  if (questions.size > MOST_QUESTIONS) return undefined;
  const nodes = new Map([...questions].map(([name, node]) => [name, { ...node }]));
  let copies = 0;
  for (;;) {
    simplify(nodes, root);
    const first = nodes.get(root);
    if (first === undefined) return root === end ? ALWAYS : NEVER;
    if (!nodes.has(first.yes) && !nodes.has(first.no)) {
      if (first.yes === end) return first.no === end ? ALWAYS : first.formula;
      return first.no === end ? not(first.formula) : NEVER;
    }
    // Other ends are all alike once nothing more can be taken together.
    if (mergeEnds(nodes, end)) continue;
    if (!copyShared(nodes, root) || ++copies > MOST_COPIES) return undefined;
  }
}

function simplify(nodes: Map<string, DecisionNode>, root: string): void {
  for (let changed = true; changed; ) {
    changed = false;
    for (const [name, { yes, no }] of nodes) if (yes === no && name !== root) pass(nodes, name, yes);
    const ways = waysTo(nodes, root);
    for (const name of nodes.keys()) if (ways.get(name) === undefined) nodes.delete(name);
    for (const [name, node] of [...nodes].reverse())
      if (nodes.has(name) && join(node, nodes, ways)) {
        changed = true;
        break;
      }
  }
}

/** Whoever led to the one node leads to the other. */
function pass(nodes: ReadonlyMap<string, DecisionNode>, from: string, to: string): void {
  for (const node of nodes.values()) {
    if (node.yes === from) node.yes = to;
    if (node.no === from) node.no = to;
  }
}

/** How many ways lead to each node, the start being one. */
function waysTo(nodes: ReadonlyMap<string, DecisionNode>, root: string): Map<string, number> {
  const ways = new Map([[root, 1]]);
  const waiting = [root];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const node = nodes.get(name);
    if (node === undefined) continue;
    for (const to of [node.yes, node.no]) {
      const before = ways.get(to) ?? 0;
      ways.set(to, before + 1);
      if (before === 0) waiting.push(to);
    }
  }
  return ways;
}

/** Takes a node together with one that only it leads to. */
function join(node: DecisionNode, nodes: Map<string, DecisionNode>, ways: ReadonlyMap<string, number>): boolean {
  const own = (name: string) => (ways.get(name) === 1 ? nodes.get(name) : undefined);
  const [yes, no] = [own(node.yes), own(node.no)];
  if (no !== undefined && (no.yes === node.yes || no.no === node.yes)) {
    const isYes = no.yes === node.yes;
    node.formula = any([node.formula, isYes ? no.formula : not(no.formula)]);
    node.no = isYes ? no.no : no.yes;
    return true;
  }
  if (yes !== undefined && (yes.no === node.no || yes.yes === node.no)) {
    const isNo = yes.no === node.no;
    node.formula = all([node.formula, isNo ? yes.formula : not(yes.formula)]);
    node.yes = isNo ? yes.yes : yes.no;
    return true;
  }
  if (yes !== undefined && no !== undefined && yes !== no) {
    const isSame = yes.yes === no.yes && yes.no === no.no;
    if (!isSame && !(yes.yes === no.no && yes.no === no.yes)) return false;
    node.formula = { kind: "if", test: node.formula, yes: yes.formula, no: isSame ? no.formula : not(no.formula) };
    node.yes = yes.yes;
    node.no = yes.no;
    return true;
  }
  return false;
}

/** Makes all ends but one the same. Returns whether that changed anything. */
function mergeEnds(nodes: ReadonlyMap<string, DecisionNode>, end: string): boolean {
  const OTHER = "any other end";
  let changed = false;
  for (const node of nodes.values())
    for (const side of ["yes", "no"] as const)
      if (!nodes.has(node[side]) && node[side] !== end && node[side] !== OTHER) {
        node[side] = OTHER;
        changed = true;
      }
  return changed;
}

/** Gives the last node to which several ways lead to each of them. Returns false where there is none. */
function copyShared(nodes: Map<string, DecisionNode>, root: string): boolean {
  const ways = waysTo(nodes, root);
  const shared = [...nodes.keys()].reverse().find((name) => (ways.get(name) ?? 0) > 1);
  if (shared === undefined) return false;
  const node = nodes.get(shared)!;
  let count = 0;
  for (const other of [...nodes.values()])
    for (const side of ["yes", "no"] as const)
      if (other[side] === shared && count++ > 0) {
        const name = `${shared}'${count}`;
        nodes.set(name, { ...node });
        other[side] = name;
      }
  return true;
}
