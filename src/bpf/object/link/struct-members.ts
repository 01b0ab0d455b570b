import type { Btf } from "../btf/btf-type.ts";
import { sizeOf, skipModifiers } from "../btf/resolve.ts";
import { type ElfFile, type ElfRelocation, SYMBOL } from "../elf/elf-file.ts";
import { type CodeFunction, type CodeSection, functionAt } from "./code.ts";

/** Sections of structs that hold programs for the kernel to call; without the question mark they are made when the object is loaded. */
const SECTIONS: readonly string[] = [".struct_ops", ".struct_ops.link", "?.struct_ops", "?.struct_ops.link"];

/**
 * Which member of which struct each program is put into, as `tcp_congestion_ops/ssthresh`: the first one where there are several. What
 * follows `___` in a struct's name is a flavour of it, and no part of the kernel's name.
 */
export function readStructMembers(
  { sections, symbols }: ElfFile,
  btf: Btf | undefined,
  code: ReadonlyMap<number, CodeSection>,
  relocations: ReadonlyMap<number, readonly ElfRelocation[]>,
): ReadonlyMap<CodeFunction, string> {
  const found = new Map<CodeFunction, string>();
  if (btf === undefined) return found;
  for (const section of sections) {
    const id = SECTIONS.includes(section.name) ? btf.find("section", section.name) : undefined;
    const described = id === undefined ? undefined : btf.type(id);
    if (described?.kind !== "section") continue;
    for (const { type } of described.variables) {
      const variable = btf.type(type);
      if (variable.kind !== "variable") continue;
      const place = symbols.find((it) => it.section === section.index && it.name === variable.name);
      const struct = btf.type(skipModifiers(btf, variable.type) ?? 0);
      if (place === undefined || struct.kind !== "struct") continue;
      const end = place.value + (sizeOf(btf, variable.type) ?? 0);
      for (const { offset, symbol, addend } of relocations.get(section.index) ?? []) {
        const member = struct.members.find(({ bitOffset }) => place.value + bitOffset / 8 === offset);
        const target = code.get(symbol.section);
        if (offset < place.value || offset >= end || member === undefined || target === undefined) continue;
        const inside = symbol.type === SYMBOL.section ? readWord(section.bytes, offset) : addend;
        const program = functionAt(target, symbol.value + inside);
        if (program === undefined || found.has(program)) continue;
        found.set(program, `${struct.name.split("___")[0]}/${member.name}`);
      }
    }
  }
  return found;
}

/** Where a symbol is a whole section, the word in place says how far into it. */
const readWord = (bytes: Uint8Array, offset: number): number =>
  offset + 4 <= bytes.length ? new DataView(bytes.buffer, bytes.byteOffset).getUint32(offset, true) : 0;
