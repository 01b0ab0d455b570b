import type { ProgramReference } from "../../bpf/isa/assembler/assemble.ts";
import { errnoName } from "../../bpf/maps/errno.ts";
import { fieldAtFault } from "../../bpf/maps/field-at-fault.ts";
import { nearestName } from "../../bpf/nearest-name.ts";
import { type Diagnostic, fail, NetsimError } from "../../errors.ts";
import type { MapOption } from "./map-option.ts";
import { type MapCommands, type ShownMap, ShownMaps } from "./shown-maps.ts";

/** The maps of `--map`, in the order in which they were given. */
export class GivenMaps extends ShownMaps {
  /** Throws a NetsimError where there can be no such map. */
  constructor(options: readonly MapOption[], syscall: MapCommands) {
    super(syscall);
    for (const option of options) {
      const { name, inner } = option;
      if (this.find(name) !== undefined) fail("usage", `Two maps are called '${name}'.`);
      const innerMap = inner === undefined ? undefined : this.find(inner)?.descriptor;
      if (inner !== undefined && innerMap === undefined)
        fail("usage", `Map '${name}' names '${inner}', which is no map that was given before it.`);
      const descriptor = this.syscall.createMap({ ...option, ...(innerMap === undefined ? {} : { innerMap }) });
      if (descriptor < 0)
        fail("usage", `Linux refuses map '${name}' with ${errnoName(descriptor)}.`, otherwise(option));
      this.maps.push({ ...option, descriptor });
    }
  }

  /** Puts descriptors where a program's text names maps. Throws a NetsimError `program-rejected` with all that are missing. */
  link(file: string, program: Uint8Array, references: readonly ProgramReference[]): void {
    const view = new DataView(program.buffer, program.byteOffset, program.byteLength);
    const problems: Diagnostic[] = [];
    for (const { kind, name, index, line, column, endColumn } of references) {
      if (kind !== "map") continue;
      const found = this.find(name);
      if (found !== undefined) view.setInt32(index * 8 + 4, found.descriptor, true);
      else {
        const near = nearestName(
          name,
          this.maps.map((map) => map.name),
        );
        problems.push({
          code: "program-rejected",
          severity: "error",
          message: `The program names the map '${name}', which was not given.`,
          place: { file, line, column, endColumn },
          hint: near === undefined ? `--map ${name}=array,key=4,value=8,entries=256` : `Did you mean '${near}'?`,
        });
      }
    }
    if (problems.length > 0) throw new NetsimError(problems);
  }

  private find(name: string): ShownMap | undefined {
    return this.maps.find((map) => map.name === name);
  }
}

const OPTION_OF = { keySize: "key", valueSize: "value", maxEntries: "entries", flags: "flags" } as const;

/** A hint that names the field at fault, where it is one. */
function otherwise(option: MapOption): { readonly hint: string } | undefined {
  const fault = fieldAtFault(option);
  if (fault === undefined) return undefined;
  const { field, instead } = fault;
  return { hint: `It would take ${OPTION_OF[field]}=${instead} where ${OPTION_OF[field]}=${option[field]} was given.` };
}
