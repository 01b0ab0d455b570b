import type { LinearMemory } from "../vm/memory.ts";
import { copy } from "./block.ts";
import type { MapDefinition } from "./definition.ts";

/**
 * Copies a value but for the parts that only helpers change (copy_map_value).
 * @param size bytes; more than a value where its padding goes with it (copy_map_value_long).
 */
export function copyValue(
  { bytes }: LinearMemory,
  { valueSize, fields }: MapDefinition,
  to: number,
  from: number,
  size = valueSize,
): void {
  if (fields === undefined || fields.length === 0) {
    copy(bytes, to, from, size);
    return;
  }
  let at = 0;
  for (const field of fields) {
    copy(bytes, to + at, from + at, field.offset - at);
    at = field.offset + field.size;
  }
  copy(bytes, to + at, from + at, size - at);
}

/** Fills those parts with zeroes (check_and_init_map_value): what a new element has, and what user space sees. */
export function clearFields({ bytes }: LinearMemory, { fields = [] }: MapDefinition, value: number): void {
  for (const { offset, size } of fields) bytes.fill(0, value + offset, value + offset + size);
}

/** Makes a value zeroes but for those parts (zero_map_value). */
export function zeroValue({ bytes }: LinearMemory, { valueSize, fields = [] }: MapDefinition, value: number): void {
  let at = value;
  for (const { offset, size } of fields) {
    bytes.fill(0, at, value + offset);
    at = value + offset + size;
  }
  bytes.fill(0, at, value + valueSize);
}

/** Has a value a lock, so that BPF_F_LOCK means something? */
export const hasLock = ({ fields = [] }: MapDefinition): boolean => fields.some(({ kind }) => kind === "spin_lock");
