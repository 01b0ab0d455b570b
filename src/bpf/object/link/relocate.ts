import { INSTRUCTION_BYTES, type RawInstruction } from "../../isa/instruction.ts";
import { CALL, CLASS, JUMP, LOAD_IMMEDIATE_64, PSEUDO } from "../../isa/opcodes.ts";
import { readRaw, writeRaw } from "../../isa/raw.ts";
import { BINDING, type ElfRelocation, type ElfSection, type ElfSymbol, SYMBOL } from "../elf/elf-file.ts";
import type { Externs } from "../maps/externs.ts";
import type { MapPlaces } from "../maps/map-places.ts";
import type { Problems } from "../problems.ts";
import { type CodeFunction, type CodeSection, functionAt } from "./code.ts";

const CALL_OPCODE = CLASS.jmp | JUMP.call;
/** What libbpf writes in place of a call of a kernel function that may be missing and is. */
const MISSING_KERNEL_FUNCTION = 2_002_000_000;

/** What code may refer to. */
export interface LinkScope {
  readonly sections: readonly ElfSection[];
  readonly code: ReadonlyMap<number, CodeSection>;
  readonly maps: MapPlaces;
  readonly externs: Externs;
  /** See `addsSymbolValues`. */
  readonly addsSymbolValues: boolean;
}

/**
 * Resolves the names in all instructions, in place: maps and data get their indexes; calls and addresses of functions are
 * listed in each function's `calls`, kernel names in `unresolved`. @param relocations by the number of the section.
 */
export function relocateCode(
  scope: LinkScope,
  relocations: ReadonlyMap<number, readonly ElfRelocation[]>,
  problems: Problems,
): void {
  for (const section of scope.code.values()) {
    const entries = relocations.get(section.index) ?? [];
    let next = 0;
    let done = -1;
    for (const it of section.functions) {
      if (it.offset === done) continue;
      done = it.offset;
      while (next < entries.length && entries[next]!.offset < it.offset) next++;
      next = relocate(it, entries, next, scope, problems);
    }
  }
}

/** @param next index of the function's first relocation. @returns that of the first behind it. */
function relocate(
  it: CodeFunction,
  relocations: readonly ElfRelocation[],
  next: number,
  scope: LinkScope,
  problems: Problems,
): number {
  const { bytes } = it.section;
  const first = it.offset / INSTRUCTION_BYTES;
  const count = it.size / INSTRUCTION_BYTES;
  for (let slot = 0; slot < count; slot++) {
    const at = it.offset + slot * INSTRUCTION_BYTES;
    const opcode = bytes[at]!;
    while (next < relocations.length && relocations[next]!.offset < at) next++;
    const relocation = relocations[next]?.offset === at ? relocations[next] : undefined;
    const wide = opcode === LOAD_IMMEDIATE_64;
    if (relocation === undefined && (wide || opcode === CALL_OPCODE)) resolveLocally(it, slot, problems);
    if (relocation !== undefined) {
      const raw = readRaw(bytes, first + slot);
      if (opcode === CALL_OPCODE) relocateCall(it, slot, raw, relocation, scope, problems);
      else if (wide && slot + 1 < count) relocateLoad(it, slot, raw, relocation, scope, problems);
      else
        problems.add(
          it.section.name,
          at,
          `The name '${relocation.symbol.name}' is wanted by an instruction that can hold none (opcode ${hex(opcode)}).`,
        );
    }
    if (wide) slot++;
  }
  return next;
}

const hex = (value: number): string => `0x${value.toString(16).padStart(2, "0")}`;

/** Calls within a section need no relocation: they carry their distance. */
function resolveLocally(it: CodeFunction, slot: number, problems: Problems): void {
  const raw = readRaw(it.section.bytes, it.offset / INSTRUCTION_BYTES + slot);
  if (raw.src !== (raw.opcode === CALL_OPCODE ? CALL.local : PSEUDO.function)) return;
  const target = it.offset + (slot + 1 + raw.imm) * INSTRUCTION_BYTES;
  addUse(it, slot, it.section, target, problems);
}

function addUse(it: CodeFunction, slot: number, section: CodeSection, offset: number, problems: Problems): void {
  const target = functionAt(section, offset);
  if (target !== undefined) it.calls.push({ slot, target });
  else
    problems.add(
      it.section.name,
      it.offset + slot * INSTRUCTION_BYTES,
      `Byte ${offset} of '${section.name}' is called, where no function begins.`,
    );
}

function relocateCall(
  it: CodeFunction,
  slot: number,
  raw: RawInstruction,
  { symbol, addend }: ElfRelocation,
  { code, externs }: LinkScope,
  problems: Problems,
): void {
  const at = it.offset + slot * INSTRUCTION_BYTES;
  const section = code.get(symbol.section);
  // Of a symbol that is a section, the immediate says how far into it, less the one slot that calls count from.
  if (section !== undefined) {
    const inside = symbol.type === SYMBOL.section ? (raw.imm + 1) * INSTRUCTION_BYTES : addend;
    addUse(it, slot, section, symbol.value + inside, problems);
    return;
  }
  const extern = symbol.section === 0 ? externs.kernel.get(symbol.name) : undefined;
  if (extern === undefined) {
    problems.add(
      it.section.name,
      at,
      `'${symbol.name}' is called, which is no function of the object.`,
      symbol.section === 0 ? "A kernel function is declared with 'extern ... __ksym' and needs -g." : undefined,
    );
    return;
  }
  const weak = symbol.binding === BINDING.weak;
  it.unresolved.push({ slot, name: symbol.name, kind: "function", weak });
  const isMissing = weak && !extern.exists;
  write(
    it,
    slot,
    isMissing
      ? { opcode: CALL_OPCODE, dst: 0, src: CALL.helper, offset: 0, imm: MISSING_KERNEL_FUNCTION + extern.number }
      : { opcode: CALL_OPCODE, dst: 0, src: CALL.kernel, offset: 0, imm: 0 },
  );
}

function relocateLoad(
  it: CodeFunction,
  slot: number,
  raw: RawInstruction,
  { symbol, addend }: ElfRelocation,
  { sections, code, maps, externs, addsSymbolValues }: LinkScope,
  problems: Problems,
): void {
  const at = it.offset + slot * INSTRUCTION_BYTES;
  const includesSymbol = addsSymbolValues && symbol.type !== SYMBOL.section;
  const inside = (includesSymbol ? 0 : symbol.value) + (raw.imm >>> 0) + addend;
  const section = code.get(symbol.section);
  const map = maps.at(symbol.section, inside);
  const data = maps.ofData(symbol.section);
  const variable = symbol.section === 0 ? externs.kconfig.get(symbol.name) : undefined;
  const extern = symbol.section === 0 ? externs.kernel.get(symbol.name) : undefined;
  if (section !== undefined) addUse(it, slot, section, inside, problems);
  else if (map !== undefined) load(it, slot, raw, PSEUDO["map-index"], map, 0);
  else if (data !== undefined) load(it, slot, raw, PSEUDO["map-index-value"], data, inside);
  else if (variable !== undefined) load(it, slot, raw, PSEUDO["map-index-value"], externs.kconfigMap!, variable.offset);
  else if (extern !== undefined) {
    const weak = symbol.binding === BINDING.weak;
    it.unresolved.push({ slot, name: symbol.name, kind: extern.kind, weak });
    load(it, slot, raw, weak && !extern.exists ? PSEUDO.value : PSEUDO["btf-id"], 0, 0);
  } else if (symbol.section === 0)
    problems.add(it.section.name, at, `'${symbol.name}' is used, which the object does not define.`);
  else refuseData(it, at, symbol, inside, sections, problems);
}

function refuseData(
  it: CodeFunction,
  at: number,
  symbol: ElfSymbol,
  inside: number,
  sections: readonly ElfSection[],
  problems: Problems,
): void {
  const name = sections[symbol.section]!.name;
  // A map that could not be read has been told of.
  if (/^\.?maps\b/.test(name) && problems.any) return;
  problems.add(
    it.section.name,
    at,
    `Byte ${inside} of section '${name}' is used${symbol.name === "" ? "" : ` ('${symbol.name}')`}, which is neither a map nor data.`,
    "Data is in .data, .rodata, .bss and sections whose names begin with one of them and a dot.",
  );
}

/** Writes both slots of a 64-bit immediate load. */
function load(it: CodeFunction, slot: number, raw: RawInstruction, src: number, low: number, high: number): void {
  write(it, slot, { ...raw, src, imm: low });
  write(it, slot + 1, { opcode: 0, dst: 0, src: 0, offset: 0, imm: high });
}

function write(it: CodeFunction, slot: number, raw: RawInstruction): void {
  writeRaw(it.section.bytes, it.offset / INSTRUCTION_BYTES + slot, raw);
}
