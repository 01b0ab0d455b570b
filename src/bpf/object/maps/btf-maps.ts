import type { Btf } from "../btf/btf-type.ts";
import { type ElfFile, type ElfSection, type ElfSymbol, SYMBOL } from "../elf/elf-file.ts";
import type { ObjectMap } from "../object-file.ts";
import type { Problems } from "../problems.ts";
import { ANNOTATION } from "./legacy-layout.ts";
import { MapDefinitionError, type MapDefinitionFields, readMapDefinition } from "./map-definition.ts";
import type { PlacedMap } from "./map-places.ts";

/** A map of a `.maps` section; `valuesOffset` says where the entries that it has at the start begin in its declaration. */
export interface BtfMap extends PlacedMap {
  readonly valuesOffset?: number;
}

/** Reads the maps that BTF describes, in the order of BTF. */
export function readBtfMaps({ sections, symbols }: ElfFile, btf: Btf | undefined, problems: Problems): BtfMap[] {
  const maps: BtfMap[] = [];
  for (const section of sections) {
    if (section.name !== ".maps" && !section.name.startsWith(".maps.")) continue;
    if (isAnnotation(section, symbols)) continue;
    const id = btf?.find("section", section.name);
    const type = id === undefined ? undefined : btf!.type(id);
    if (type?.kind !== "section") {
      problems.add(
        section.name,
        0,
        "Maps are declared here, but BTF says nothing of them.",
        "Compile with -g (clang) or -gbtf (bpf-gcc).",
      );
      continue;
    }
    const places = new Map(
      symbols.filter((it) => it.section === section.index && it.type !== SYMBOL.section).map((it) => [it.name, it]),
    );
    for (const entry of type.variables) {
      const variable = btf!.type(entry.type);
      if (variable.kind !== "variable") continue;
      const { name } = variable;
      const place = places.get(name);
      if (place === undefined) problems.add(section.name, 0, `Map '${name}' has no symbol.`);
      else if (variable.linkage !== "global")
        problems.add(
          section.name,
          place.value,
          `Map '${name}' is ${variable.linkage}, which libbpf does not take.`,
          "Declare it without 'static'.",
        );
      else if (entry.size > section.size - place.value)
        problems.add(
          section.name,
          place.value,
          `Map '${name}' is of ${entry.size} bytes, but the section ends before.`,
        );
      else {
        const fields = definition(btf!, variable.type, name, section.name, place.value, problems);
        if (fields === undefined) continue;
        const { valuesOffset } = fields;
        maps.push({
          map: objectMap(name, fields),
          section: section.index,
          offset: place.value,
          size: Math.max(entry.size, place.size),
          ...(valuesOffset === undefined ? {} : { valuesOffset }),
        });
      }
    }
  }
  return maps;
}

/** BPF_ANNOTATE_KV_PAIR of old headers: `.maps.NAME` gives the types of a map that a `maps` section declares. */
const isAnnotation = ({ index, name }: ElfSection, symbols: readonly ElfSymbol[]): boolean =>
  name !== ".maps" && symbols.some((it) => it.section === index && it.name.startsWith(ANNOTATION));

function definition(
  btf: Btf,
  type: number,
  name: string,
  section: string,
  offset: number,
  problems: Problems,
): MapDefinitionFields | undefined {
  try {
    return readMapDefinition(btf, type);
  } catch (error) {
    if (!(error instanceof MapDefinitionError)) throw error;
    problems.add(section, offset, `Map '${name}' cannot be read: ${error.message}.`);
    return undefined;
  }
}

function objectMap(name: string, { valuesOffset, inner, ...fields }: MapDefinitionFields): ObjectMap {
  return {
    name,
    origin: "btf",
    ...fields,
    ...(inner === undefined ? {} : { inner: objectMap(`${name}.inner`, inner) }),
    frozen: false,
    slots: [],
  };
}
