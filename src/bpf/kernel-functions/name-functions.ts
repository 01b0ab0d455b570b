import type { AllocatedType } from "../heap/object-heap.ts";
import type { ProgramType } from "../program-type.ts";
import type { KernelFunctions } from "./kernel-functions.ts";

/** A kernel function that a program calls by its name. */
export interface NamedCall {
  readonly name: string;
  /** Slots of the instructions that call it. */
  readonly instructions: readonly number[];
}

/** What the verifier learnt of the call in a slot. */
export type CallInsight = (slot: number) => { readonly allocates?: AllocatedType };

/**
 * Puts ids where a program names kernel functions. Functions that are not simulated keep their 0, which loading refuses.
 * @param insight without it, what allocates objects is not simulated: nobody knows of which type.
 * @param type of the program.
 */
export function nameFunctions(
  program: Uint8Array,
  calls: readonly NamedCall[],
  functions: KernelFunctions,
  insight: CallInsight = () => ({}),
  type?: ProgramType,
): void {
  const view = new DataView(program.buffer, program.byteOffset, program.byteLength);
  for (const { name, instructions } of calls)
    for (const slot of instructions) {
      const id = functions.idOf(name, insight(slot).allocates, type);
      if (id !== undefined) view.setInt32(slot * 8 + 4, id, true);
    }
}
