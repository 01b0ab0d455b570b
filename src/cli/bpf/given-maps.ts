import type { ProgramReference } from "../../bpf/isa/assembler/assemble.ts";
import { errnoName } from "../../bpf/maps/errno.ts";
import { MAP_TYPES, mapTypeName } from "../../bpf/maps/map-type.ts";
import { nearestName } from "../../bpf/nearest-name.ts";
import type { BpfSyscall } from "../../bpf/syscall.ts";
import { type Diagnostic, fail, NetsimError } from "../../errors.ts";
import { plural } from "../../report/words.ts";
import type { MapOption } from "./map-option.ts";

/** The commands of bpf(2) that maps of a command line need: netsim's or the kernel's. */
export type MapCommands = Pick<BpfSyscall, "createMap" | "lookup" | "take" | "nextKey"> &
  Partial<Pick<BpfSyscall, "records">>;

/** An element as it is printed, in hexadecimal; queues and stacks have no keys. */
interface Entry {
  readonly key?: string;
  readonly value: string;
}

/** The maps of `--map`, in the order in which they were given. */
export class GivenMaps {
  private readonly syscall: MapCommands;
  private readonly named = new Map<string, { option: MapOption; descriptor: number }>();

  /** Throws a NetsimError where there can be no such map. */
  constructor(options: readonly MapOption[], syscall: MapCommands) {
    this.syscall = syscall;
    for (const option of options) {
      const { name, inner } = option;
      if (this.named.has(name)) fail("usage", `Two maps are called '${name}'.`);
      const innerMap = inner === undefined ? undefined : this.named.get(inner)?.descriptor;
      if (inner !== undefined && innerMap === undefined)
        fail("usage", `Map '${name}' names '${inner}', which is no map that was given before it.`);
      const descriptor = this.syscall.createMap({ ...option, ...(innerMap === undefined ? {} : { innerMap }) });
      if (descriptor < 0) fail("usage", `Linux refuses map '${name}' with ${errnoName(descriptor)}.`);
      this.named.set(name, { option, descriptor });
    }
  }

  /** Puts descriptors where a program's text names maps. Throws a NetsimError `program-rejected` with all that are missing. */
  link(file: string, program: Uint8Array, references: readonly ProgramReference[]): void {
    const view = new DataView(program.buffer, program.byteOffset, program.byteLength);
    const problems: Diagnostic[] = [];
    for (const { kind, name, index, line, column, endColumn } of references) {
      if (kind !== "map") continue;
      const found = this.named.get(name);
      if (found !== undefined) view.setInt32(index * 8 + 4, found.descriptor, true);
      else {
        const near = nearestName(name, this.named.keys());
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

  /** What the maps hold, for people. */
  asText(): string {
    return [...this.named.values()]
      .map(({ option, descriptor }) => {
        const entries = this.entries(descriptor, option);
        const lines = entries.map(({ key, value }) =>
          key === undefined ? `  value ${spaced(value)}\n` : `  key ${spaced(key)}  value ${spaced(value)}\n`,
        );
        const what = isArray(option)
          ? plural(entries.length, "value that is not zero", "values that are not zero")
          : plural(entries.length, "entry", "entries");
        return `Map ${option.name} (${mapTypeName(option.type)}): ${what}\n${lines.join("")}`;
      })
      .join("");
  }

  /** What the maps hold, as --json has it; undefined where there are none. */
  asJson(): Record<string, { type: string | undefined; entries: readonly Entry[] }> | undefined {
    if (this.named.size === 0) return undefined;
    return Object.fromEntries(
      [...this.named].map(([name, { option, descriptor }]) => [
        name,
        { type: mapTypeName(option.type), entries: this.entries(descriptor, option) },
      ]),
    );
  }

  private entries(descriptor: number, option: MapOption): Entry[] {
    const { syscall } = this;
    const entries: Entry[] = [];
    if (option.type === MAP_TYPES.ringbuf) {
      for (const record of syscall.records?.(descriptor) ?? []) entries.push({ value: hex(record) });
      return entries;
    }
    if (option.keySize === 0) {
      // Nothing but taking them out shows them all.
      for (
        let value = syscall.take(descriptor, undefined);
        typeof value !== "number";
        value = syscall.take(descriptor, undefined)
      )
        entries.push({ value: hex(value) });
      return entries;
    }
    for (
      let key = syscall.nextKey(descriptor, undefined);
      typeof key !== "number";
      key = syscall.nextKey(descriptor, key)
    ) {
      const value = syscall.lookup(descriptor, key);
      if (typeof value === "number" || (isArray(option) && value.every((byte) => byte === 0))) continue;
      entries.push({ key: hex(key), value: hex(value) });
    }
    return entries;
  }
}

const isArray = ({ type }: MapOption): boolean => type === MAP_TYPES.array || type === MAP_TYPES.percpu_array;
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const spaced = (digits: string): string => digits.replace(/..(?=.)/g, "$& ");
