import type { KernelFunctions } from "./kernel-functions.ts";

/** A kernel function that a program calls by its name. */
export interface NamedCall {
  readonly name: string;
  /** Slots of the instructions that call it. */
  readonly instructions: readonly number[];
}

/** Puts ids where a program names kernel functions. Functions that are not simulated keep their 0, which loading refuses. */
export function nameFunctions(program: Uint8Array, calls: readonly NamedCall[], functions: KernelFunctions): void {
  const view = new DataView(program.buffer, program.byteOffset, program.byteLength);
  for (const { name, instructions } of calls) {
    const id = functions.idOf(name);
    if (id !== undefined) for (const slot of instructions) view.setInt32(slot * 8 + 4, id, true);
  }
}
