import type { Problems } from "../problems.ts";
import { ByteReader } from "./byte-reader.ts";
import { type ElfSection, type ElfSymbol, SECTION } from "./elf-file.ts";
import { StringTable } from "./string-table.ts";

const SYMBOL_BYTES = 24;
/** Section numbers from here on are no sections: absolute values, common blocks. */
const RESERVED = 0xff00;
const INTERNAL = 1;
const HIDDEN = 2;

/** Reads the symbol table; empty where there is none. */
export function readSymbols(sections: readonly ElfSection[], little: boolean, problems: Problems): ElfSymbol[] {
  const tables = sections.filter(({ type }) => type === SECTION.symtab);
  const [table] = tables;
  if (table === undefined) return [];
  if (tables[1] !== undefined) problems.add(tables[1].name, 0, "There is a second symbol table; an object has one.");
  const strings = sections[table.link];
  if (strings?.type !== SECTION.strtab) {
    problems.add(
      table.name,
      0,
      `The names of symbols are said to be in section ${table.link}, which holds no strings.`,
    );
    return [];
  }
  if (table.size % SYMBOL_BYTES !== 0)
    problems.add(
      table.name,
      table.size,
      `${table.size} bytes are no whole number of symbols, which are of ${SYMBOL_BYTES} bytes.`,
    );
  const reader = new ByteReader(table.bytes, little);
  const names = new StringTable(strings.bytes);
  const count = Math.floor(table.bytes.length / SYMBOL_BYTES);
  const symbols: ElfSymbol[] = [];
  for (let index = 0; index < count; index++) {
    const at = index * SYMBOL_BYTES;
    const number = reader.u16(at + 6);
    const section = number >= RESERVED ? 0 : number;
    const name = names.at(reader.u32(at));
    if (name === undefined)
      problems.add(
        table.name,
        at,
        `The name of symbol ${index} is at byte ${reader.u32(at)} of '${strings.name}', outside of it.`,
      );
    if (section >= sections.length)
      problems.add(
        table.name,
        at + 6,
        `Symbol ${index} is said to be in section ${section}, but there are ${sections.length}.`,
      );
    const info = reader.u8(at + 4);
    const visibility = reader.u8(at + 5) & 3;
    symbols.push({
      index,
      name: name ?? "",
      value: reader.u64(at + 8),
      size: reader.u64(at + 16),
      binding: info >> 4,
      type: info & 15,
      hidden: visibility === INTERNAL || visibility === HIDDEN,
      section,
    });
  }
  return symbols;
}
