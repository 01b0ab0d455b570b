import { CREATE_FLAG, MAP_TYPE } from "../../maps/map-type.ts";
import type { ParsedBtf } from "../btf/parse-btf.ts";
import { type ElfFile, type ElfSection, SECTION, SECTION_FLAG, SYMBOL } from "../elf/elf-file.ts";
import type { ObjectMap, ObjectVariable } from "../object-file.ts";
import type { Problems } from "../problems.ts";
import type { PlacedMap } from "./map-places.ts";

/** KMALLOC_MAX_SIZE does not bound arrays; a signed 32-bit number does. */
const LARGEST = 0x7fff_ffff;

type DataKind = "data" | "read-only" | "zero";

/** Makes a map of every section of data, as libbpf does: an array of one value that holds the whole section. */
export function readDataMaps(elf: ElfFile, btf: ParsedBtf | undefined, problems: Problems): PlacedMap[] {
  return elf.sections.flatMap((section) => {
    const kind = dataKind(section);
    if (kind === undefined) return [];
    if (section.size > LARGEST)
      problems.add(section.name, 0, `The section has ${section.size} bytes; a map's value has at most ${LARGEST}.`);
    return [{ map: dataMap(section, kind, elf, btf), section: section.index, offset: 0, size: section.size }];
  });
}

function dataKind({ name, type, flags, size }: ElfSection): DataKind | undefined {
  if (size === 0 || (flags & SECTION_FLAG.alloc) === 0 || (flags & SECTION_FLAG.executable) !== 0) return undefined;
  if (type === SECTION.nobits) return isNamed(name, ".bss") ? "zero" : undefined;
  if (type !== SECTION.progbits) return undefined;
  if (isNamed(name, ".rodata")) return "read-only";
  return isNamed(name, ".data") ? "data" : undefined;
}

const isNamed = (name: string, kind: string): boolean => name === kind || name.startsWith(`${kind}.`);

function dataMap(section: ElfSection, kind: DataKind, { symbols }: ElfFile, btf: ParsedBtf | undefined): ObjectMap {
  const id = btf?.find("section", section.name);
  const type = id === undefined ? undefined : btf!.type(id);
  const places = new Map(
    symbols.filter((it) => it.section === section.index && it.type === SYMBOL.object).map((it) => [it.name, it]),
  );
  const variables: ObjectVariable[] = [];
  const amended: { readonly type: number; readonly offset: number; readonly size: number }[] = [];
  let isShared = false;
  for (const entry of type?.kind === "section" ? type.variables : []) {
    const variable = btf!.type(entry.type);
    if (variable.kind !== "variable") continue;
    const symbol = places.get(variable.name);
    isShared ||= variable.linkage !== "static" && symbol?.hidden !== true;
    const offset = symbol?.value ?? entry.offset;
    variables.push({ name: variable.name, offset, size: entry.size, typeId: variable.type });
    amended.push({ ...entry, offset });
  }
  if (type?.kind === "section") {
    amended.sort((a, b) => a.offset - b.offset);
    btf!.amend(id!, { ...type, size: section.size, variables: amended });
  }
  const readOnly = kind === "read-only";
  return {
    name: section.name,
    origin: "data",
    type: MAP_TYPE.array,
    keySize: 4,
    valueSize: section.size,
    maxEntries: 1,
    // User space maps the values where it could know a variable's name.
    flags: (readOnly ? CREATE_FLAG.RDONLY_PROG : 0) | (isShared ? CREATE_FLAG.MMAPABLE : 0),
    ...(id === undefined ? {} : { valueTypeId: id }),
    ...(kind === "zero" ? {} : { contents: section.bytes.slice() }),
    variables: variables.sort((a, b) => a.offset - b.offset),
    frozen: readOnly,
    slots: [],
    pinning: "none",
  };
}
