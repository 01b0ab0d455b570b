import type { Instruction } from "../../isa/instruction.ts";
import { kernelPrototype } from "../../kernel-functions/prototype.ts";
import { Refusal } from "../refusal.ts";

/** Whether the program may call the kernel's functions that it names, wherever it does (add_kfunc_call). */
export function checkKernelCalls(
  instructions: readonly (Instruction | null)[],
  kernelFunctions: ReadonlyMap<number, string>,
  gplCompatible: boolean,
): void {
  for (const instruction of instructions) {
    if (instruction?.kind !== "call-kernel") continue;
    if (!gplCompatible)
      throw new Refusal("license", instruction.index, ["cannot call kernel function from non-GPL compatible program"]);
    if (kernelPrototype(kernelFunctions.get(instruction.index) ?? "")?.ofDevice === true)
      throw new Refusal("helper-call", instruction.index, ["metadata kfuncs require device-bound program"]);
  }
}
