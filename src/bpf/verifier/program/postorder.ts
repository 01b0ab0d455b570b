import type { ProgramModel } from "./program-model.ts";
import { successorsOf } from "./successors.ts";

/** For each function, its slots so that, loops aside, each comes behind its successors. */
export function postordersOf(model: ProgramModel): readonly Int32Array[] {
  const seen = new Uint8Array(model.instructions.length);
  const next = new Uint8Array(model.instructions.length);
  return model.subprograms.map(({ start }) => {
    const order: number[] = [];
    const stack = [start];
    seen[start] = 1;
    while (stack.length > 0) {
      const index = stack[stack.length - 1]!;
      const successors = successorsOf(model, index);
      if (next[index]! < successors.length) {
        const successor = successors[next[index]!++]!;
        if (seen[successor] === 1) continue;
        seen[successor] = 1;
        stack.push(successor);
      } else {
        order.push(index);
        stack.pop();
      }
    }
    return Int32Array.from(order);
  });
}
