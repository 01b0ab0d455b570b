import type { ProgramModel } from "./program-model.ts";
import { NO_EDGE } from "./successors.ts";

/**
 * For each function, its slots, those that run later first (compute_postorder). A slot's successors are noted together when the search comes to
 * it, so that one which others lead to as well may come before all of them.
 */
export function postordersOf({ instructions, subprograms, edges }: ProgramModel): readonly Int32Array[] {
  const seen = new Uint8Array(instructions.length);
  const expanded = new Uint8Array(instructions.length);
  const order = new Int32Array(instructions.length);
  const stack = new Int32Array(instructions.length);
  return subprograms.map(({ start }) => {
    let ordered = 0;
    let depth = 1;
    stack[0] = start;
    seen[start] = 1;
    while (depth > 0) {
      const index = stack[depth - 1]!;
      if (expanded[index] === 1) {
        order[ordered++] = index;
        depth--;
        continue;
      }
      expanded[index] = 1;
      for (const successor of [edges.next[index]!, edges.branch[index]!]) {
        if (successor === NO_EDGE || seen[successor] === 1) continue;
        seen[successor] = 1;
        stack[depth++] = successor;
      }
    }
    return order.slice(0, ordered);
  });
}
