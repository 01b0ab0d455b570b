import { MAP_TYPE } from "../bpf/maps/map-type.ts";
import type { MapCommands } from "../programs/map-commands.ts";
import type { MapTable } from "../programs/map-table.ts";

/** Types whose values are other things, which programs cannot change. */
const NAMING: readonly number[] = [MAP_TYPE.prog_array, MAP_TYPE.array_of_maps, MAP_TYPE.hash_of_maps];
/** Types without keys that can be emptied by taking. */
const TAKEN: readonly number[] = [MAP_TYPE.queue, MAP_TYPE.stack];

/** What one map holds: values by their keys as text. */
type Contents = Map<string, { readonly key: Uint8Array; readonly value: Uint8Array }>;

/** Puts maps back to what they held when this was made, so that no case sees what another left. */
export class MapReset {
  private readonly commands: MapCommands;
  private readonly kept: readonly { readonly descriptor: number; readonly contents: Contents }[];
  private readonly emptied: readonly number[];

  /** @param commands where the table's maps were made. */
  constructor(commands: MapCommands, { verifierMaps }: MapTable) {
    this.commands = commands;
    // What is frozen nobody changes.
    const maps = [...verifierMaps].filter(([, { constants }]) => constants === undefined);
    this.kept = maps
      .filter(([, { type, keySize }]) => keySize > 0 && !NAMING.includes(type))
      .map(([descriptor]) => ({ descriptor, contents: this.contents(descriptor) }));
    this.emptied = maps.filter(([, { type }]) => TAKEN.includes(type)).map(([descriptor]) => descriptor);
  }

  reset(): void {
    const { commands } = this;
    for (const { descriptor, contents } of this.kept) {
      const now = this.contents(descriptor);
      for (const [text, { key }] of now) if (!contents.has(text)) commands.delete(descriptor, key);
      for (const [text, { key, value }] of contents) {
        const held = now.get(text)?.value;
        if (held === undefined || Buffer.compare(held, value) !== 0) commands.update(descriptor, key, value);
      }
    }
    for (const descriptor of this.emptied) while (typeof commands.take(descriptor, undefined) !== "number");
  }

  private contents(descriptor: number): Contents {
    const { commands } = this;
    const contents: Contents = new Map();
    let key = commands.nextKey(descriptor, undefined);
    for (; typeof key !== "number"; key = commands.nextKey(descriptor, key)) {
      const value = commands.lookup(descriptor, key);
      if (typeof value !== "number") contents.set(Buffer.from(key).toString("latin1"), { key, value: value.slice() });
    }
    return contents;
  }
}
