import type { ProgramModel } from "./program-model.ts";
import { NO_EDGE } from "./successors.ts";

/** For each function, its slots so that, loops aside, each comes behind its successors. */
export function postordersOf({ instructions, subprograms, edges }: ProgramModel): readonly Int32Array[] {
  const seen = new Uint8Array(instructions.length);
  /** Edges followed so far. */
  const followed = new Uint8Array(instructions.length);
  const order = new Int32Array(instructions.length);
  const stack = new Int32Array(instructions.length);
  return subprograms.map(({ start }) => {
    let ordered = 0;
    let depth = 1;
    stack[0] = start;
    seen[start] = 1;
    while (depth > 0) {
      const index = stack[depth - 1]!;
      const turn = followed[index]!++;
      if (turn === 2) {
        order[ordered++] = index;
        depth--;
        continue;
      }
      const successor = turn === 0 ? edges.next[index]! : edges.branch[index]!;
      if (successor === NO_EDGE || seen[successor] === 1) continue;
      seen[successor] = 1;
      stack[depth++] = successor;
    }
    return order.slice(0, ordered);
  });
}
