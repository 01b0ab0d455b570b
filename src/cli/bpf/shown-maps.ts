import type { DumpedElement, DumpedMap } from "../../bpf/codec/dump-map.ts";
import { MAP_TYPES, mapTypeName } from "../../bpf/maps/map-type.ts";
import type { MapCreation } from "../../bpf/object/load/create-maps.ts";
import type { BpfSyscall } from "../../bpf/syscall.ts";
import { plural } from "../../report/words.ts";

/** The commands of bpf(2) that maps of a command line need: netsim's or the kernel's. */
export type MapCommands = MapCreation &
  Pick<BpfSyscall, "lookup" | "take" | "nextKey"> &
  Partial<Pick<BpfSyscall, "records" | "mapTypes">>;

/** A map whose content is shown. */
export interface ShownMap {
  readonly name: string;
  /** One of MAP_TYPES. */
  readonly type: number;
  readonly keySize: number;
  readonly valueSize: number;
  readonly descriptor: number;
}

/** A map with what it holds. */
export interface ContentOfMap extends ShownMap {
  readonly content: DumpedMap;
}

/** An element as it is printed, in hexadecimal; queues and stacks have no keys. */
interface Entry {
  readonly key?: string;
  readonly value: string;
}

/** Shows what maps hold. */
export class ShownMaps {
  protected readonly syscall: MapCommands;
  protected readonly maps: ShownMap[];

  constructor(syscall: MapCommands, maps: ShownMap[] = []) {
    this.syscall = syscall;
    this.maps = maps;
  }

  /** What the maps hold, for people. */
  asText(): string {
    return this.maps
      .map((map) => {
        const entries = this.entries(map);
        const lines = entries.map(({ key, value }) =>
          key === undefined ? `  value ${spaced(value)}\n` : `  key ${spaced(key)}  value ${spaced(value)}\n`,
        );
        const what = isArray(map)
          ? plural(entries.length, "value that is not zero", "values that are not zero")
          : plural(entries.length, "entry", "entries");
        return `Map ${map.name} (${mapTypeName(map.type)}): ${what}\n${lines.join("")}`;
      })
      .join("");
  }

  /** What the maps hold, as --json has it; undefined where there are none. */
  asJson(): Record<string, { type: string | undefined; entries: readonly Entry[] }> | undefined {
    if (this.maps.length === 0) return undefined;
    return Object.fromEntries(
      this.maps.map((map) => [map.name, { type: mapTypeName(map.type), entries: this.entries(map) }]),
    );
  }

  /** What the maps hold, for a dump. */
  contents(): ContentOfMap[] {
    const { syscall } = this;
    return this.maps.map((map) => {
      const types = syscall.mapTypes?.(map.descriptor);
      const perCpu = mapTypeName(map.type)?.includes("percpu") ?? false;
      const content = { elements: elementsOf(syscall, map), valueSize: map.valueSize, perCpu };
      return { ...map, content: { ...content, ...(types === undefined ? {} : { types }) } };
    });
  }

  private entries(map: ShownMap): Entry[] {
    const { descriptor } = map;
    const { syscall } = this;
    const entries: Entry[] = [];
    if (map.type === MAP_TYPES.ringbuf) {
      for (const record of syscall.records?.(descriptor) ?? []) entries.push({ value: hex(record) });
      return entries;
    }
    if (map.keySize === 0) {
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
      if (typeof value === "number" || (isArray(map) && value.every((byte) => byte === 0))) continue;
      entries.push({ key: hex(key), value: hex(value) });
    }
    return entries;
  }
}

function* elementsOf(syscall: MapCommands, { descriptor, keySize }: ShownMap): Generator<DumpedElement> {
  if (keySize === 0) return;
  for (
    let key = syscall.nextKey(descriptor, undefined);
    typeof key !== "number";
    key = syscall.nextKey(descriptor, key)
  ) {
    const value = syscall.lookup(descriptor, key);
    if (typeof value !== "number") yield { key, value };
  }
}

const isArray = ({ type }: ShownMap): boolean => type === MAP_TYPES.array || type === MAP_TYPES.percpu_array;
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const spaced = (digits: string): string => digits.replace(/..(?=.)/g, "$& ");
