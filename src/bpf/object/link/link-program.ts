import { INSTRUCTION_BYTES } from "../../isa/instruction.ts";
import { LOAD_IMMEDIATE_64, PSEUDO } from "../../isa/opcodes.ts";
import { readRaw, writeRaw } from "../../isa/raw.ts";
import type { Problems } from "../problems.ts";
import type { CodeFunction, FunctionUse } from "./code.ts";

/** A function at its place in a program. */
export interface LinkedFunction {
  readonly code: CodeFunction;
  /** Slot where it begins. */
  readonly slot: number;
}

/** A program with every function that it needs behind it. */
export interface LinkedCode {
  readonly bytes: Uint8Array;
  readonly functions: readonly LinkedFunction[];
}

/** Instructions of the largest program that Linux takes. */
const MOST_SLOTS = 1_000_000;

/**
 * Puts the functions that a program needs behind it, each once and in libbpf's order: a function that is met for the first
 * time is put at the end, and what it calls comes before what its caller calls next (bpf_object__reloc_code). Undefined where
 * the program would be larger than any that Linux takes. `thrownTo`: where its exceptions lead, though nothing calls it.
 */
export function linkProgram(main: CodeFunction, problems: Problems, thrownTo?: CodeFunction): LinkedCode | undefined {
  const functions: LinkedFunction[] = [{ code: main, slot: 0 }];
  const slots = new Map<CodeFunction, number>([[main, 0]]);
  let total = main.size / INSTRUCTION_BYTES;
  const open: Iterator<FunctionUse>[] = [main.calls.values()];
  if (thrownTo !== undefined) open.unshift([{ slot: -1, target: thrownTo }].values());
  while (open.length > 0) {
    const next = open[open.length - 1]!.next();
    if (next.done === true) open.pop();
    else if (!slots.has(next.value.target)) {
      const { target } = next.value;
      slots.set(target, total);
      functions.push({ code: target, slot: total });
      total += target.size / INSTRUCTION_BYTES;
      if (total > MOST_SLOTS) {
        problems.add(
          main.section.name,
          main.offset,
          `Program '${main.name}' has more than ${MOST_SLOTS} instructions with the functions that it calls.`,
        );
        return undefined;
      }
      open.push(target.calls.values());
    }
  }
  const bytes = new Uint8Array(total * INSTRUCTION_BYTES);
  for (const { code, slot } of functions) {
    bytes.set(code.section.bytes.subarray(code.offset, code.offset + code.size), slot * INSTRUCTION_BYTES);
    for (const use of code.calls) name(bytes, slot + use.slot, slots.get(use.target)!);
  }
  return { bytes, functions };
}

/** Makes the instruction in `slot` name the function that begins in `target`. */
function name(bytes: Uint8Array, slot: number, target: number): void {
  const raw = readRaw(bytes, slot);
  raw.imm = target - slot - 1;
  if (raw.opcode === LOAD_IMMEDIATE_64) raw.src = PSEUDO.function;
  writeRaw(bytes, slot, raw);
}
