import { type CodeInformation, readBtfExt } from "./btf/btf-ext.ts";
import { type ParsedBtf, parseBtf } from "./btf/parse-btf.ts";
import { applyCoreRelocations } from "./core/apply-relocations.ts";
import { ByteReader } from "./elf/byte-reader.ts";
import type { ElfFile, ElfSection } from "./elf/elf-file.ts";
import { readElf } from "./elf/read-elf.ts";
import { readRelocations } from "./elf/relocations.ts";
import { StringTable } from "./elf/string-table.ts";
import { addsSymbolValues } from "./link/assembler.ts";
import type { CodeFunction, CodeSection } from "./link/code.ts";
import { linkProgram } from "./link/link-program.ts";
import { type CodeDescription, LinkedProgram } from "./link/linked-program.ts";
import { readCode } from "./link/read-code.ts";
import { type LinkScope, relocateCode } from "./link/relocate.ts";
import { readStructMembers } from "./link/struct-members.ts";
import { readBtfMaps } from "./maps/btf-maps.ts";
import { readDataMaps } from "./maps/data-maps.ts";
import { readExterns } from "./maps/kconfig.ts";
import { readLegacyMaps } from "./maps/legacy-maps.ts";
import { MapPlaces, type PlacedMap } from "./maps/map-places.ts";
import { readSlots, slotsOfSections } from "./maps/slots.ts";
import type { ObjectFile, ObjectMap, ObjectOptions, ObjectProgram } from "./object-file.ts";
import { Problems } from "./problems.ts";
import { findSectionKind } from "./section/find-section-kind.ts";
import { simulatedTypes } from "./simulated/simulated-types.ts";

/** Instructions of all programs of an object together, at most: each has its own copy of the functions that it calls. */
const MOST_SLOTS = 16 << 20;

/**
 * Reads an ELF object of BPF programs as libbpf does: finds its maps, adapts its code to the kernel's types, and links every
 * program with the functions that it calls. Throws ObjectError with everything that is wrong, as far as it could be looked at.
 */
export function readObject(bytes: Uint8Array, options: ObjectOptions = {}): ObjectFile {
  const problems = new Problems();
  const elf = readElf(bytes, problems);
  const relocations = readRelocations(elf, problems);
  const code = readCode(elf, problems);
  problems.throwIfAny();
  const description = readDescription(elf, problems);
  const btf = description?.btf;

  const placed: PlacedMap[] = [
    ...readLegacyMaps(elf, btf, problems),
    ...readBtfMaps(elf, btf, problems),
    ...readDataMaps(elf, btf, problems),
  ];
  const { externs, map: kconfig } = readExterns(elf, btf, placed.length, options, problems);
  const places = new MapPlaces(placed);

  const absent =
    description === undefined
      ? new Map()
      : applyCoreRelocations(
          code.values(),
          description.information,
          description.btf,
          options.kernelTypes ?? simulatedTypes(),
          problems,
        );
  const scope: LinkScope = {
    sections: elf.sections,
    code,
    maps: places,
    externs,
    addsSymbolValues: addsSymbolValues(elf, code, relocations),
  };
  relocateCode(scope, relocations, problems);
  const slots = readSlots(elf, placed, places, code, relocations, problems);
  problems.throwIfAny();

  const members = readStructMembers(elf, btf, code, relocations);
  const programs = linkPrograms(code, description && { ...description, absent }, members, options, problems);
  problems.throwIfAny();
  const maps = placed.map(({ map }, index) => withSlots(map, slots.get(index) ?? [], programs));
  const version = elf.sections.find(({ name, bytes: { length } }) => name === "version" && length >= 4);
  return {
    endianness: elf.little ? "little" : "big",
    programs,
    maps: kconfig === undefined ? maps : [...maps, kconfig],
    ...(btf === undefined ? {} : { btf }),
    license: licenseOf(elf.sections),
    ...(version === undefined ? {} : { kernelVersion: new ByteReader(version.bytes, elf.little).u32(0) }),
  };
}

/** BTF, and what it says of the code; undefined without BTF. */
function readDescription(
  { sections, little }: ElfFile,
  problems: Problems,
): Omit<CodeDescription, "absent"> | undefined {
  const named = (name: string) => sections.find((section) => section.name === name && section.bytes.length > 0);
  const section = named(".BTF");
  if (section === undefined) return undefined;
  const btf: ParsedBtf = parseBtf(section.bytes, ".BTF", problems);
  const ext = named(".BTF.ext");
  const information: ReadonlyMap<string, CodeInformation> =
    ext === undefined ? new Map() : readBtfExt(ext.bytes, little, btf, problems);
  return { btf, information };
}

function linkPrograms(
  code: ReadonlyMap<number, CodeSection>,
  description: CodeDescription | undefined,
  members: ReadonlyMap<CodeFunction, string>,
  options: ObjectOptions,
  problems: Problems,
): ObjectProgram[] {
  const sections = [...code.values()];
  const functions = sections.reduce((sum, section) => sum + section.functions.length, 0);
  const called = new Set(
    sections.flatMap((section) => section.functions.flatMap((it) => it.calls.map(({ target }) => target))),
  );
  const programs: ObjectProgram[] = [];
  let slots = 0;
  for (const section of sections) {
    // What is in .text is there to be called; a lone function is a program all the same.
    if (section.name === ".text" && functions > 1) continue;
    const meaning = findSectionKind(section.name, options.sections);
    for (const main of section.functions) {
      if (main.isStatic && called.has(main)) continue;
      if (main.isStatic)
        problems.add(
          section.name,
          main.offset,
          `Program '${main.name}' is static, and nothing calls it.`,
          "Declare it without 'static'.",
        );
      const linked = linkProgram(main, problems, exceptionFunction(main, sections, description));
      if (linked === undefined) continue;
      slots += linked.bytes.length / 8;
      if (slots > MOST_SLOTS)
        problems.fail(
          section.name,
          main.offset,
          `The object's programs have more than ${MOST_SLOTS} instructions together.`,
        );
      const isMember = meaning.type === STRUCT_OPS;
      const attachTarget = isMember ? members.get(main) : meaning.attachTarget;
      programs.push(new LinkedProgram(main, linked, { ...meaning, attachTarget }, description));
    }
  }
  return programs;
}

/** Programs that a struct holds, which says what they are for: not their section. */
const STRUCT_OPS = "struct_ops";

const EXCEPTION_TAG = "exception_callback:";

/** The function that a tag of a program names for its exceptions. */
function exceptionFunction(
  main: CodeFunction,
  sections: readonly CodeSection[],
  description: CodeDescription | undefined,
): CodeFunction | undefined {
  const functions = description?.information.get(main.section.name)?.functions;
  const typeId = functions?.find(({ offset }) => offset === main.offset)?.typeId;
  if (description === undefined || typeId === undefined) return undefined;
  const { btf } = description;
  for (let id = 1; id < btf.count; id++) {
    const tag = btf.name(id).startsWith(EXCEPTION_TAG) ? btf.type(id) : undefined;
    if (tag?.kind !== "declaration-tag" || tag.type !== typeId || tag.component !== -1) continue;
    const name = tag.name.slice(EXCEPTION_TAG.length);
    return sections.flatMap((section) => section.functions).find((it) => it.name === name && !it.isStatic);
  }
  return undefined;
}

function withSlots(map: ObjectMap, slots: ObjectMap["slots"], programs: readonly ObjectProgram[]): ObjectMap {
  const all = [...map.slots, ...slots, ...slotsOfSections(map, programs)];
  return all.length === 0 ? map : { ...map, slots: all };
}

function licenseOf(sections: readonly ElfSection[]): string {
  const section = sections.findLast(({ name }) => name === "license");
  if (section === undefined) return "";
  return new StringTable(Uint8Array.of(...section.bytes.subarray(0, 127), 0)).at(0) ?? "";
}
