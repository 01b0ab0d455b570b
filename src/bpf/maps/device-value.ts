import { ENTRY_ATTACH_TYPE, entryProgram } from "./entry-program.ts";
import { ERRNO } from "./errno.ts";
import type { HeldDevice } from "./kernel-objects.ts";
import type { MapPlace } from "./map-place.ts";
import type { HeldProgram, ProgramOwner } from "./program-owner.ts";

/** A device to which packets are redirected, and the program that they pass on their way out. */
export interface RedirectTarget {
  readonly device: HeldDevice;
  readonly program: HeldProgram | undefined;
}

/** Bytes of a value with a program (struct bpf_devmap_val). */
const WITH_PROGRAM = 8;

/** What the value at an address names; EINVAL for all that is wrong with it (__dev_map_alloc_node). */
export function deviceFrom(
  place: MapPlace,
  owner: ProgramOwner,
  value: number,
  bytes: number,
): RedirectTarget | number {
  const { memory } = place.machine;
  const device = place.objects?.device(memory.uint32(value));
  if (device === undefined) return -ERRNO.EINVAL;
  const descriptor = bytes === WITH_PROGRAM ? memory.uint32(value + 4) | 0 : 0;
  const program = entryProgram(place, owner, descriptor, ENTRY_ATTACH_TYPE.devmap);
  return typeof program === "number" ? program : { device, program };
}

/** Writes a value in the form in which programs and user space read it: `ifindex`, and the program's id. */
export function putDevice(place: MapPlace, value: number, bytes: number, { device, program }: RedirectTarget): void {
  const { memory } = place.machine;
  if (program !== undefined) place.programs?.hold(program);
  memory.setUint32(value, device.index);
  if (bytes === WITH_PROGRAM) memory.setUint32(value + 4, program?.id ?? 0);
}

/** Lets go of what an entry had. */
export function dropDevice({ programs }: MapPlace, target: RedirectTarget | undefined): void {
  if (target?.program !== undefined) programs?.letGo(target.program);
}
