import { ERRNO } from "./errno.ts";
import type { MapPlace } from "./map-place.ts";
import type { HeldProgram, ProgramOwner } from "./program-owner.ts";

/** BPF_PROG_TYPE_XDP */
const XDP = 6;

/** `enum bpf_attach_type` of programs that run behind a redirection. */
export const ENTRY_ATTACH_TYPE = { devmap: 33, cpumap: 35 } as const;

/**
 * The XDP program that a redirection's entry names by a descriptor; undefined: none. EINVAL where it is not open, of another
 * type, loaded for another place, or unlike those that the map knows.
 */
export function entryProgram(
  { programs }: MapPlace,
  owner: ProgramOwner,
  descriptor: number,
  attachType: number,
): HeldProgram | number | undefined {
  if (descriptor <= 0) return undefined;
  const program = programs?.of(descriptor);
  if (program === undefined || typeof program === "number") return -ERRNO.EINVAL;
  const fits = program.type === XDP && program.attachType === attachType && owner.admits(program);
  return fits ? program : -ERRNO.EINVAL;
}
