import { ERRNO } from "./errno.ts";
import type { HeldDevice } from "./kernel-objects.ts";
import type { MapPlace } from "./map-place.ts";

/** A device to which packets are redirected, and the program that they pass on their way out. */
export interface RedirectTarget {
  readonly device: HeldDevice;
  /** Number of the program in `machine.functions`; 0: none. */
  readonly program: number;
}

/** Bytes of a value with a program (struct bpf_devmap_val). */
const WITH_PROGRAM = 8;

/** What the value at an address names, and the form in which it is read back: `ifindex`, and the program's id. */
export function deviceFrom(
  place: MapPlace,
  value: number,
  bytes: number,
): { readonly target: RedirectTarget; readonly programId: number } | number {
  const { memory } = place.machine;
  const device = place.objects?.device(memory.uint32(value));
  // The kernel has one error number for everything that is wrong with a value (__dev_map_alloc_node).
  if (device === undefined) return -ERRNO.EINVAL;
  const descriptor = bytes === WITH_PROGRAM ? memory.uint32(value + 4) | 0 : 0;
  if (descriptor <= 0) return { target: { device, program: 0 }, programId: 0 };
  const program = place.objects?.deviceProgram(descriptor);
  if (program === undefined) return -ERRNO.EINVAL;
  return { target: { device, program: program.slot }, programId: program.id };
}

/** Writes a value in the form in which programs and user space read it. */
export function putDevice(place: MapPlace, value: number, bytes: number, ifindex: number, programId: number): void {
  const { memory } = place.machine;
  memory.setUint32(value, ifindex);
  if (bytes === WITH_PROGRAM) memory.setUint32(value + 4, programId);
}
