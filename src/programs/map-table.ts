import { oneCpu } from "../bpf/maps/map-place.ts";
import { BpfSyscall } from "../bpf/syscall.ts";
import type { VerifierMap } from "../bpf/verifier/map.ts";
import type { Machine } from "../bpf/vm/machine.ts";
import { NetsimError } from "../errors.ts";
import type { LoadedExtendedProgram } from "./language.ts";

/** The maps of a topology. */
export class MapTable {
  readonly syscall: BpfSyscall;
  /** What the verifier knows of them, by descriptor. */
  readonly verifierMaps = new Map<number, VerifierMap>();
  private readonly descriptors = new Map<string, number>();

  constructor(machine: Machine) {
    this.syscall = new BpfSyscall(oneCpu(machine));
  }

  /** The program with descriptors where it names maps. Throws a NetsimError that has every name which no map has. */
  link({ bytes, maps, name }: LoadedExtendedProgram): Uint8Array {
    const linked = bytes.slice();
    const view = new DataView(linked.buffer);
    const missing = maps.filter(({ map }) => !this.descriptors.has(map));
    if (missing.length > 0)
      throw new NetsimError(
        missing.map(({ map, place }) => ({
          code: "unknown-reference",
          severity: "error",
          message: `Program '${name}' names the map '${map}', which the topology does not have.`,
          place,
        })),
      );
    for (const { map, slot } of maps) view.setInt32(slot * 8 + 4, this.descriptors.get(map)!, true);
    return linked;
  }
}
