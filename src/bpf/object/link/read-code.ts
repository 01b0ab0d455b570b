import { INSTRUCTION_BYTES } from "../../isa/instruction.ts";
import {
  BINDING,
  type ElfFile,
  type ElfSection,
  type ElfSymbol,
  SECTION,
  SECTION_FLAG,
  SYMBOL,
} from "../elf/elf-file.ts";
import type { Problems } from "../problems.ts";
import { toLittleEndian } from "./byte-order.ts";
import type { CodeFunction, CodeSection } from "./code.ts";

/** Finds the functions of every section of code, by the sections' numbers. */
export function readCode(elf: ElfFile, problems: Problems): ReadonlyMap<number, CodeSection> {
  const bySection = new Map<number, ElfSymbol[]>();
  for (const symbol of elf.symbols) {
    const there = bySection.get(symbol.section);
    if (there === undefined) bySection.set(symbol.section, [symbol]);
    else there.push(symbol);
  }
  const found = new Map<number, CodeSection>();
  for (const section of elf.sections) {
    if (section.type !== SECTION.progbits || (section.flags & SECTION_FLAG.executable) === 0) continue;
    if (section.size === 0) continue;
    found.set(section.index, readSection(section, bySection.get(section.index) ?? [], elf.little, problems));
  }
  return found;
}

function readSection(
  section: ElfSection,
  symbols: readonly ElfSymbol[],
  little: boolean,
  problems: Problems,
): CodeSection {
  if (section.size % INSTRUCTION_BYTES !== 0)
    problems.add(
      section.name,
      section.size,
      `${section.size} bytes are no whole number of instructions, which are of 8 bytes.`,
    );
  const functions: CodeFunction[] = [];
  const code: CodeSection = {
    index: section.index,
    name: section.name,
    bytes: toLittleEndian(section.bytes, little),
    functions,
  };
  const named = functionSymbols(symbols).sort((a, b) => a.value - b.value);
  for (const [i, symbol] of named.entries()) {
    const next = named.slice(i + 1, i + 64).find(({ value }) => value > symbol.value)?.value ?? section.size;
    const size = symbol.size === 0 ? next - symbol.value : symbol.size;
    if (symbol.value % INSTRUCTION_BYTES !== 0 || size % INSTRUCTION_BYTES !== 0)
      problems.add(
        section.name,
        symbol.value,
        `Function '${symbol.name}' is no whole number of instructions: ${size} bytes.`,
      );
    else if (size <= 0 || symbol.value + size > section.size)
      problems.add(
        section.name,
        symbol.value,
        `Function '${symbol.name}' has ${size} bytes, but the section ends at byte ${section.size}.`,
      );
    else
      addFunction(
        functions,
        {
          name: symbol.name,
          section: code,
          offset: symbol.value,
          size,
          hidden: symbol.hidden,
          isStatic: symbol.binding === BINDING.local,
        },
        problems,
      );
  }
  // Code without a symbol is one program: assemblers and the first compilers for BPF wrote no functions.
  if (named.length === 0)
    addFunction(
      functions,
      { name: section.name, section: code, offset: 0, size: section.size, hidden: false, isStatic: false },
      problems,
    );
  return code;
}

/** Two names of the same instructions share what is found out about them. */
function addFunction(
  functions: CodeFunction[],
  it: Omit<CodeFunction, "calls" | "unresolved">,
  problems: Problems,
): void {
  const last = functions.at(-1);
  if (last !== undefined && last.offset === it.offset && last.size === it.size)
    functions.push({ ...it, calls: last.calls, unresolved: last.unresolved });
  else if (last !== undefined && it.offset < last.offset + last.size)
    problems.add(it.section.name, it.offset, `Functions '${last.name}' and '${it.name}' lie on top of each other.`);
  else functions.push({ ...it, calls: [], unresolved: [] });
}

function functionSymbols(symbols: readonly ElfSymbol[]): ElfSymbol[] {
  const functions = symbols.filter(({ type }) => type === SYMBOL.function);
  if (functions.length > 0) return functions;
  return symbols.filter(({ type, binding }) => type === SYMBOL.none && binding === BINDING.global);
}
