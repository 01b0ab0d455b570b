import type { LinearMemory } from "../vm/memory.ts";
import { copy } from "./block.ts";
import type { MapDefinition } from "./definition.ts";

/** Copies a value but for the parts that only helpers change (copy_map_value). */
export function copyValue(
  { bytes }: LinearMemory,
  { valueSize, fields }: MapDefinition,
  to: number,
  from: number,
): void {
  if (fields === undefined || fields.length === 0) {
    copy(bytes, to, from, valueSize);
    return;
  }
  let at = 0;
  for (const { offset, size } of fields) {
    copy(bytes, to + at, from + at, offset - at);
    at = offset + size;
  }
  copy(bytes, to + at, from + at, valueSize - at);
}

/** Fills those parts with zeroes (check_and_init_map_value): what a new element has, and what user space sees. */
export function clearFields({ bytes }: LinearMemory, { fields = [] }: MapDefinition, value: number): void {
  for (const { offset, size } of fields) bytes.fill(0, value + offset, value + offset + size);
}

/** Has a value a lock, so that BPF_F_LOCK means something? */
export const hasLock = ({ fields = [] }: MapDefinition): boolean => fields.some(({ kind }) => kind === "spin_lock");
