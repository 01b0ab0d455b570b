import type { ProgramModel } from "./program-model.ts";
import { NO_EDGE } from "./successors.ts";

/**
 * Numbers the strongly connected components of the control-flow graph: every slot in a loop gets the number, from 1, of the
 * outermost loop around it, others get 0. Calls are not followed. Tarjan's algorithm, without recursion (compute_scc).
 */
export function findCycles(model: ProgramModel): Int32Array {
  const count = model.instructions.length;
  const { next, branch } = model.edges;
  const component = new Int32Array(count);
  /** Order of discovery, from 1; and the lowest one that can be reached. */
  const order = new Int32Array(count);
  const low = new Int32Array(count);
  const done = new Uint8Array(count);
  /** Edges followed so far. */
  const followed = new Uint8Array(count);
  const open: number[] = [];
  let discovered = 0;
  let components = 0;
  for (let root = 0; root < count; root++) {
    if (order[root] !== 0 || model.flow[root] === null) continue;
    const path = [root];
    order[root] = low[root] = ++discovered;
    open.push(root);
    while (path.length > 0) {
      const index = path[path.length - 1]!;
      const turn = followed[index]!;
      if (turn < 2) {
        followed[index] = turn + 1;
        const successor = turn === 0 ? next[index]! : branch[index]!;
        if (successor === NO_EDGE) continue;
        if (order[successor] === 0) {
          order[successor] = low[successor] = ++discovered;
          open.push(successor);
          path.push(successor);
        } else if (done[successor] === 0) low[index] = Math.min(low[index]!, order[successor]!);
        continue;
      }
      path.pop();
      const outer = path[path.length - 1];
      if (outer !== undefined) low[outer] = Math.min(low[outer]!, low[index]!);
      if (low[index] !== order[index]) continue;
      const isOwnSuccessor = next[index] === index || branch[index] === index;
      if (open[open.length - 1] === index && !isOwnSuccessor) {
        // Most instructions are in no loop.
        open.pop();
        done[index] = 1;
        continue;
      }
      const members = open.splice(open.lastIndexOf(index));
      const isLoop = members.length > 1 || isOwnSuccessor;
      if (isLoop) components++;
      for (const member of members) {
        done[member] = 1;
        if (isLoop) component[member] = components;
      }
    }
  }
  return component;
}
