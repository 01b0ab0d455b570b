import { errnoName } from "../../bpf/maps/errno.ts";
import { createMaps, MapCreationError } from "../../bpf/object/load/create-maps.ts";
import type { ObjectFile } from "../../bpf/object/object-file.ts";
import { fail } from "../../errors.ts";
import { type MapCommands, ShownMaps } from "./shown-maps.ts";

/** Creates an object's maps. Throws a NetsimError `program-rejected` where bpf(2) refuses one. */
export function createObjectMaps(
  object: ObjectFile,
  syscall: MapCommands,
  possibleCpus: number,
): { readonly descriptors: readonly number[]; readonly maps: ShownMaps } {
  try {
    const descriptors = createMaps(object, syscall, { possibleCpus });
    const shown = object.maps.map(({ name, type, keySize, valueSize }, i) => ({
      name,
      type,
      keySize,
      valueSize,
      descriptor: descriptors[i]!,
    }));
    return { descriptors, maps: new ShownMaps(syscall, shown) };
  } catch (error) {
    if (!(error instanceof MapCreationError)) throw error;
    return fail("program-rejected", `Linux refuses map '${error.map.name}' with ${errnoName(error.errno)}.`);
  }
}
