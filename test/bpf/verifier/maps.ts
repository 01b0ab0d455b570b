import { assembleExtended } from "../../../src/bpf/isa/assembler/assemble.ts";
import { MAP_TYPE } from "../../../src/bpf/maps/map-type.ts";
import type { VerifierMap } from "../../../src/bpf/verifier/map.ts";

/** Maps that test programs name: `map[array]`. */
export const MAPS: Readonly<Record<string, VerifierMap>> = {
  array: { type: MAP_TYPE.array, keySize: 4, valueSize: 16, maxEntries: 4 },
  one: { type: MAP_TYPE.array, keySize: 4, valueSize: 64, maxEntries: 1 },
  hash: { type: MAP_TYPE.hash, keySize: 8, valueSize: 8, maxEntries: 8 },
  percpu: { type: MAP_TYPE.percpu_array, keySize: 4, valueSize: 8, maxEntries: 2 },
  programs: { type: MAP_TYPE.prog_array, keySize: 4, valueSize: 4, maxEntries: 4 },
  ring: { type: MAP_TYPE.ringbuf, keySize: 0, valueSize: 0, maxEntries: 4096 },
  devices: { type: MAP_TYPE.devmap, keySize: 4, valueSize: 4, maxEntries: 4 },
  queue: { type: MAP_TYPE.queue, keySize: 0, valueSize: 8, maxEntries: 4 },
  readonly: { type: MAP_TYPE.array, keySize: 4, valueSize: 8, maxEntries: 1, flags: 1 << 7 },
  writeonly: { type: MAP_TYPE.array, keySize: 4, valueSize: 8, maxEntries: 1, flags: 1 << 8 },
  others: { type: MAP_TYPE.prog_array, keySize: 4, valueSize: 4, maxEntries: 8 },
};

/** Translates a program; `descriptorOf` gives the number of each map that it names. */
export function assembleWithMaps(text: string, descriptorOf: (map: string) => number): Uint8Array {
  const { bytes, references } = assembleExtended(text);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  for (const { index, name } of references) view.setInt32(index * 8 + 4, descriptorOf(name), true);
  return bytes;
}

const NAMES = Object.keys(MAPS);

/** Numbers of the maps where no kernel gives them descriptors. */
export const descriptorOfMap = (name: string): number => 100 + NAMES.indexOf(name);

export const MAPS_BY_DESCRIPTOR: ReadonlyMap<number, VerifierMap> = new Map(
  NAMES.map((name) => [descriptorOfMap(name), MAPS[name]!]),
);
