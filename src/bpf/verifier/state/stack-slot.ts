import { NOT_INIT, type Register } from "./register.ts";
import { TYPE } from "./register-type.ts";

/** What a byte of the stack holds (`enum bpf_stack_slot_type`). */
export const BYTE = { invalid: 0, spill: 1, misc: 2, zero: 3, iterator: 4, dynptr: 5, irqFlag: 6 } as const;
/** As logs show them, by number. */
export const BYTE_LETTERS = "?rm0idf";

/** Eight bytes of stack. It never changes: states share it. */
export interface StackSlot {
  /** Kind of byte i in bits 4 i to 4 i + 3. Bytes count downwards: byte 7 has the lowest address, which spills begin at. */
  readonly bytes: number;
  /** What was spilled here; meaningful where byte 7 is BYTE.spill. */
  readonly spilled: Register;
}

export const EMPTY_SLOT: StackSlot = { bytes: 0, spilled: NOT_INIT };

const all = (kind: number): number => kind * 0x1111_1111;
export const ALL_SPILL = all(BYTE.spill);
export const ALL_ITERATOR = all(BYTE.iterator);
export const ALL_DYNPTR = all(BYTE.dynptr);
export const ALL_IRQ_FLAG = all(BYTE.irqFlag);
export const ALL_MISC = all(BYTE.misc);

export const byteOf = (slot: StackSlot, index: number): number => (slot.bytes >>> (index * 4)) & 15;

export const withByte = (bytes: number, index: number, kind: number): number =>
  ((bytes & ~(15 << (index * 4))) | (kind << (index * 4))) >>> 0;

/** A spilled register lies here, or the lowest bytes of one (is_spilled_reg). */
export const isSpilled = (slot: StackSlot): boolean => slot.bytes >>> 28 === BYTE.spill;
export const isSpilledScalar = (slot: StackSlot): boolean => isSpilled(slot) && slot.spilled.type === TYPE.scalar;
/** A scalar of 8 bytes lies here. */
export const isSpilledScalar64 = (slot: StackSlot): boolean =>
  (slot.bytes & 15) === BYTE.spill && slot.spilled.type === TYPE.scalar;

/** `extent` of an iterator, which lies where spilled registers do: it may have more elements, or has none left. Its `offset` counts the elements. */
export const ACTIVE = 1;
export const DRAINED = 2;
export const isIterator = (slot: StackSlot): boolean => slot.bytes === ALL_ITERATOR;

/**
 * A half of a dynptr. What lies there as a spilled register has its id, its reference, and in `extent` its kind; `offset` is 1 in
 * the half that has the lower address.
 */
export const isDynptr = (slot: StackSlot): boolean => slot.bytes === ALL_DYNPTR;
export const isIrqFlag = (slot: StackSlot): boolean => slot.bytes === ALL_IRQ_FLAG;
/** Only certain functions may change it (is_stack_slot_special). */
export const isSpecial = (slot: StackSlot): boolean =>
  slot.bytes >>> 28 === BYTE.spill || isIterator(slot) || isDynptr(slot) || isIrqFlag(slot);

/** The bytes of a slot once the register spilled in it is lost: whatever was set is anything now (scrub_spilled_slot). */
export function scrub(bytes: number): number {
  let result = bytes;
  for (let i = 0; i < 8; i++) if (((bytes >>> (i * 4)) & 15) !== BYTE.invalid) result = withByte(result, i, BYTE.misc);
  return result;
}

/** How many bytes of the register are spilled. */
export function spilledBytes(slot: StackSlot): number {
  let count = 0;
  while (count < 8 && byteOf(slot, 7 - count) === BYTE.spill) count++;
  return count;
}
