import { MAP_TYPE } from "../../maps/map-type.ts";
import type { ElfFile, ElfRelocation } from "../elf/elf-file.ts";
import { type CodeSection, functionAt } from "../link/code.ts";
import type { MapSlot, ObjectMap, ObjectProgram } from "../object-file.ts";
import type { Problems } from "../problems.ts";
import type { BtfMap } from "./btf-maps.ts";
import type { MapPlaces, PlacedMap } from "./map-places.ts";

/** A pointer of `values`. */
const POINTER_BYTES = 8;

/** What the `values` of maps in `.maps` hold at the start: a relocation for each entry. By the index of the map. */
export function readSlots(
  elf: ElfFile,
  maps: readonly (PlacedMap | BtfMap)[],
  places: MapPlaces,
  code: ReadonlyMap<number, CodeSection>,
  relocations: ReadonlyMap<number, readonly ElfRelocation[]>,
  problems: Problems,
): ReadonlyMap<number, readonly MapSlot[]> {
  const found = new Map<number, MapSlot[]>();
  const sections = new Set(maps.filter(({ map }) => map.origin === "btf").map(({ section }) => section));
  for (const section of sections) {
    const { name } = elf.sections[section]!;
    for (const { offset, symbol, addend } of relocations.get(section) ?? []) {
      const index = places.around(section, offset);
      const outer = index === undefined ? undefined : (maps[index]! as BtfMap);
      const inside = outer?.valuesOffset === undefined ? -1 : offset - outer.offset - outer.valuesOffset;
      if (index === undefined || inside < 0 || inside % POINTER_BYTES !== 0) {
        problems.add(name, offset, `The name '${symbol.name}' is wanted where no map has an entry.`);
        continue;
      }
      const key = inside / POINTER_BYTES;
      const slot = slotFor(outer!.map, key, symbol.section, symbol.value + addend, places, code);
      if (slot === undefined)
        problems.add(
          name,
          offset,
          `Entry ${key} of map '${outer!.map.name}' names '${symbol.name}', which it cannot hold.`,
        );
      else found.set(index, [...(found.get(index) ?? []), slot]);
    }
  }
  return found;
}

function slotFor(
  outer: ObjectMap,
  key: number,
  section: number,
  offset: number,
  places: MapPlaces,
  code: ReadonlyMap<number, CodeSection>,
): MapSlot | undefined {
  if (outer.type === MAP_TYPE.prog_array) {
    const held = code.get(section);
    const program = held === undefined ? undefined : functionAt(held, offset);
    return program === undefined ? undefined : { key, program: program.name };
  }
  const map = places.at(section, offset);
  return map === undefined ? undefined : { key, map };
}

/** iproute2: the section `ID/INDEX` is the program that the array of programs with that id has at that index. */
export function slotsOfSections(map: ObjectMap, programs: readonly ObjectProgram[]): MapSlot[] {
  if (map.type !== MAP_TYPE.prog_array || map.id === undefined) return [];
  return programs.flatMap(({ section, name }) => {
    const [, id, key] = /^(0[xX][\da-fA-F]+|\d+)\/(0[xX][\da-fA-F]+|\d+)$/.exec(section) ?? [];
    return id !== undefined && Number(id) === map.id ? [{ key: Number(key), program: name }] : [];
  });
}
