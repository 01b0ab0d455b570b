import type { LoadedExtendedProgram } from "../../programs/language.ts";
import type { MapTable } from "../../programs/map-table.ts";
import { loadWithFunctions } from "../bpf/function-types.ts";
import type { Kernel } from "../kernel.ts";
import { ACCEPTED_HERE, refusedByKernel } from "../run/refused.ts";

/** Loads a program with its maps: its descriptor. Throws a NetsimError where the kernel refuses it. @param type `enum bpf_prog_type`. @param attachType `enum bpf_attach_type`. */
export function loadExtended(
  kernel: Kernel,
  maps: MapTable,
  loaded: LoadedExtendedProgram,
  type: number,
  attachType = 0,
): number {
  const { name, license, object } = loaded;
  const { descriptor, log } = loadWithFunctions(kernel, maps.link(loaded), object?.program.functions, {
    type,
    license,
    expectedAttachType: attachType,
  });
  return descriptor < 0 ? refusedByKernel(name, -descriptor, log, ACCEPTED_HERE) : descriptor;
}
