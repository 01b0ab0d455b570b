import type { Problems } from "../problems.ts";
import { ByteReader } from "./byte-reader.ts";
import { type ElfFile, type ElfRelocation, type ElfSection, RELOCATION_BYTES, SECTION } from "./elf-file.ts";

/** The relocations of each section that has some, by its number, in the order of their offsets. */
export function readRelocations(
  { sections, symbols, little }: ElfFile,
  problems: Problems,
): ReadonlyMap<number, readonly ElfRelocation[]> {
  const found = new Map<number, ElfRelocation[]>();
  for (const section of sections) {
    if (section.type !== SECTION.rel && section.type !== SECTION.rela) continue;
    const target = sections[section.info];
    if (target === undefined || section.info === 0) {
      problems.add(
        section.name,
        0,
        `The relocations are for section ${section.info}, but there are ${sections.length}.`,
      );
      continue;
    }
    // Debugging information is not looked at.
    if (/^\.(debug|eh_frame|BTF)/.test(target.name)) continue;
    const entries = found.get(target.index) ?? [];
    found.set(target.index, entries);
    for (const entry of entriesOf(section, little)) {
      const symbol = symbols[entry.symbolIndex];
      if (symbol === undefined)
        problems.add(
          section.name,
          entry.at,
          `A relocation names symbol ${entry.symbolIndex}, but there are ${symbols.length}.`,
        );
      else if (entry.offset >= target.size)
        problems.add(
          section.name,
          entry.at,
          `A relocation is for byte ${entry.offset} of '${target.name}', which has ${target.size}.`,
        );
      else entries.push({ offset: entry.offset, type: entry.type, addend: entry.addend, at: entry.at, symbol });
    }
  }
  for (const entries of found.values()) entries.sort((a, b) => a.offset - b.offset);
  return found;
}

function* entriesOf(section: ElfSection, little: boolean) {
  const withAddend = section.type === SECTION.rela;
  const size = withAddend ? RELOCATION_BYTES.rela : RELOCATION_BYTES.rel;
  const reader = new ByteReader(section.bytes, little);
  // The symbol's number is in the upper half of a 64-bit word, the type in the lower one.
  const [symbol, type] = little ? [12, 8] : [8, 12];
  for (let at = 0; at + size <= reader.length; at += size)
    yield {
      at,
      offset: reader.u64(at),
      symbolIndex: reader.u32(at + symbol),
      type: reader.u32(at + type),
      addend: withAddend ? reader.i32(at + (little ? 16 : 20)) : 0,
    };
}
