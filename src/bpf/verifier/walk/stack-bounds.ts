import { EMPTY_SLOT } from "../state/stack-slot.ts";
import { isConst, tnumText } from "../values/tnum.ts";
import { MAX_VARIABLE_OFFSET } from "./region-access.ts";
import type { Walk } from "./walk.ts";

/** Bytes of stack that a function has (MAX_BPF_STACK). */
export const STACK_BYTES = 512;

const WORDS = { read: " read from", write: " write to" } as const;

/** Checks that an access stays inside the stack, and makes the slots that it reaches (check_stack_access_within_bounds). */
export function checkStackBounds(
  walk: Walk,
  number: number,
  offset: number,
  size: number,
  access: keyof typeof WORDS,
): void {
  const register = walk.frame.registers[number]!;
  const { bits, smin, smax } = register.scalar;
  const fixed = isConst(bits);
  if (!fixed && (smax >= MAX_VARIABLE_OFFSET || smin <= -MAX_VARIABLE_OFFSET))
    walk.refuse("stack", `invalid unbounded variable-offset${WORDS[access]} stack R${number}`);
  const lowest = Number(fixed ? BigInt.asIntN(64, bits.value) : smin) + offset;
  const end = fixed ? lowest + size : Number(smax) + offset + size;
  const written =
    access === "read" && !walk.privileges.perfmon ? walk.state.frames[register.extent]!.stack.length * 8 : STACK_BYTES;
  if (lowest < -written || lowest > -1 || end > 0 || size < 0)
    walk.refuse(
      "stack",
      fixed
        ? `invalid${WORDS[access]} stack R${number} off=${offset} size=${size}`
        : `invalid variable-offset${WORDS[access]} stack R${number} var_off=${tnumText(bits)} off=${offset} size=${size}`,
    );
  growStack(walk, register.extent, -lowest);
}

/** grow_stack_state */
export function growStack(walk: Walk, frame: number, bytes: number): void {
  const { stack, subprogram } = walk.state.frames[frame]!;
  const slots = Math.ceil(bytes / 8);
  while (stack.length < slots) stack.push(EMPTY_SLOT);
  walk.stackDepths[subprogram] = Math.max(walk.stackDepths[subprogram]!, slots * 8);
}
