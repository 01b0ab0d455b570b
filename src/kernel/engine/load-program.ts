import type { VerifiedProgram } from "../../programs/engine.ts";
import { loadWithFunctions } from "../bpf/function-types.ts";
import type { Kernel } from "../kernel.ts";
import { ACCEPTED_HERE, refusedByKernel } from "../run/refused.ts";

/** Loads a program of a topology into the kernel. Returns its descriptor. Throws a NetsimError `program-rejected` with the kernel's log where it is refused. */
export function loadInKernel(kernel: Kernel, program: VerifiedProgram): number {
  const { name, type, license, attachType, bytes, functions } = program;
  const options = { type: type.number, license, expectedAttachType: attachType };
  const { descriptor, log } = loadWithFunctions(kernel, bytes, functions, options);
  if (descriptor < 0) refusedByKernel(name, -descriptor, log, ACCEPTED_HERE);
  return descriptor;
}
