import { INSTRUCTION_BYTES } from "../../isa/instruction.ts";
import { LOAD_IMMEDIATE_64 } from "../../isa/opcodes.ts";
import { readRaw } from "../../isa/raw.ts";
import { type ElfFile, type ElfRelocation, SYMBOL } from "../elf/elf-file.ts";
import type { CodeSection } from "./code.ts";

/**
 * Where an instruction names a variable, LLVM leaves in it how far into the variable it reaches. GNU as up to 2.40 (Debian
 * 12's bpf-gcc) adds the variable's own place in its section. True where the object is by gcc and nothing in it speaks against that.
 */
export function addsSymbolValues(
  { sections }: ElfFile,
  code: ReadonlyMap<number, CodeSection>,
  relocations: ReadonlyMap<number, readonly ElfRelocation[]>,
): boolean {
  const comment = sections.find(({ name }) => name === ".comment");
  if (comment === undefined || !new TextDecoder().decode(comment.bytes.subarray(0, 256)).includes("GCC:")) return false;
  for (const { index, bytes } of code.values())
    for (const { offset, symbol } of relocations.get(index) ?? []) {
      if (symbol.type !== SYMBOL.object || offset % INSTRUCTION_BYTES !== 0 || bytes[offset] !== LOAD_IMMEDIATE_64)
        continue;
      if (readRaw(bytes, offset / INSTRUCTION_BYTES).imm >>> 0 < symbol.value) return false;
    }
  return true;
}
