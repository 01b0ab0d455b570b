import { MAP_TYPE } from "../../maps/map-type.ts";
import type { Btf } from "../btf/btf-type.ts";
import { ByteReader } from "../elf/byte-reader.ts";
import { type ElfFile, type ElfSection, type ElfSymbol, SYMBOL } from "../elf/elf-file.ts";
import type { MapSlot, ObjectMap } from "../object-file.ts";
import type { Problems } from "../problems.ts";
import { annotatedTypes, type LegacyField, layoutFromBtf, layoutFromLength, SHORTEST } from "./legacy-layout.ts";
import type { PlacedMap } from "./map-places.ts";

/** Sections of such maps: those of the samples, libbpf and iproute2, and of ir-keytable `lirc_mode2/maps`. */
const SECTION = /^maps(\/|$)|\/maps$/;
const PINNINGS = ["none", "object", "by-name"] as const;
const isMapOfMaps = (type: number): boolean => type === MAP_TYPE.array_of_maps || type === MAP_TYPE.hash_of_maps;

interface Declaration {
  readonly name: string;
  readonly section: ElfSection;
  readonly offset: number;
  readonly size: number;
  readonly fields: Readonly<Partial<Record<LegacyField, number>>>;
}

/** Reads the maps of `maps` sections: those of the kernel's samples, of libbpf before 1.0 and of iproute2. */
export function readLegacyMaps(elf: ElfFile, btf: Btf | undefined, problems: Problems): PlacedMap[] {
  const declarations = elf.sections
    .filter(({ name }) => SECTION.test(name))
    .flatMap((section) => declarationsOf(section, elf, btf, problems));
  const plain = declarations.map((it) => ({ ...objectMap(it), ...(btf && annotatedTypes(btf, it.name)) }));
  return declarations.map((it, index) => {
    const inner = innerOf(it, declarations);
    const map: ObjectMap = {
      ...plain[index]!,
      ...(inner === undefined ? {} : { inner: plain[inner]! }),
      slots: slotsOf(it, declarations),
    };
    return { map, section: it.section.index, offset: it.offset, size: it.size };
  });
}

function declarationsOf(
  section: ElfSection,
  { symbols, little }: ElfFile,
  btf: Btf | undefined,
  problems: Problems,
): Declaration[] {
  const reader = new ByteReader(section.bytes, little);
  const named = symbols
    .filter((it) => it.section === section.index && (it.type === SYMBOL.object || it.type === SYMBOL.none))
    .sort((a, b) => a.value - b.value);
  const found: Declaration[] = [];
  for (const [i, symbol] of named.entries()) {
    const next = named[i + 1]?.value ?? section.size;
    const size = declarationBytes(symbol, next);
    if (!reader.holds(symbol.value, size) || size < SHORTEST) {
      problems.add(
        section.name,
        symbol.value,
        `Map '${symbol.name}' has ${size} bytes from there on; a declaration takes at least ${SHORTEST}.`,
      );
      continue;
    }
    const words = Array.from({ length: Math.min(size >> 2, 64) }, (_, word) => reader.u32(symbol.value + word * 4));
    const layout = (btf && layoutFromBtf(btf, symbol.name)) ?? layoutFromLength(size > 256 ? words.slice(0, 5) : words);
    const fields: Partial<Record<LegacyField, number>> = {};
    for (const [word, field] of layout.entries())
      if (field !== undefined && word < words.length) fields[field] = words[word]!;
    found.push({ name: symbol.name, section, offset: symbol.value, size, fields });
  }
  return found;
}

const declarationBytes = ({ size, value }: ElfSymbol, next: number): number => (size === 0 ? next - value : size);

function objectMap({ name, fields }: Declaration): ObjectMap {
  return {
    name,
    origin: "legacy",
    type: fields.type ?? 0,
    keySize: fields.keySize ?? 0,
    valueSize: fields.valueSize ?? 0,
    maxEntries: fields.maxEntries ?? 0,
    flags: fields.flags ?? 0,
    ...(fields.numaNode === undefined ? {} : { numaNode: fields.numaNode }),
    ...(fields.id === undefined ? {} : { id: fields.id }),
    pinning: PINNINGS[fields.pinning ?? 0] ?? "none",
    frozen: false,
    slots: [],
  };
}

/** Index of the declaration that a map of maps is made after; undefined where that is left to the loader. */
function innerOf({ name, fields }: Declaration, all: readonly Declaration[]): number | undefined {
  if (!isMapOfMaps(fields.type ?? 0)) return undefined;
  const { innerId, innerIndex } = fields;
  const inner =
    innerId !== undefined ? all.findIndex((it) => it.fields.id === innerId && it.name !== name) : innerIndex;
  return inner === undefined || all[inner] === undefined ? undefined : inner;
}

/** iproute2 puts every map whose id an outer map names at the slot that it asks for itself. */
function slotsOf({ fields }: Declaration, all: readonly Declaration[]): MapSlot[] {
  const { innerId } = fields;
  if (!isMapOfMaps(fields.type ?? 0) || innerId === undefined || innerId === 0) return [];
  return all.flatMap(({ fields: held }, map) =>
    held.id === innerId && held.innerSlot !== undefined && held.innerSlot !== 0xffff_ffff
      ? [{ key: held.innerSlot, map }]
      : [],
  );
}
