import type { HistoryEntry } from "../state/walk-state.ts";

/** Flags of a HistoryEntry: the instruction touched slot (bits 3 to 8) of frame (bits 0 to 2) with a fixed offset. */
export const STACK_ACCESS = 1 << 9;
export const DESTINATION_IS_STACK = 1 << 10;
export const SOURCE_IS_STACK = 1 << 11;

export const stackAccess = (frame: number, slot: number): number => STACK_ACCESS | (slot << 3) | frame;
export const accessedFrame = (flags: number): number => flags & 7;
export const accessedSlot = (flags: number): number => (flags >> 3) & 63;

/** The entry of the instruction at `index`, where the history up to `end` ends with it. */
export function entryAt(history: readonly HistoryEntry[], end: number, index: number): HistoryEntry | undefined {
  const last = end > 0 ? history[end - 1]! : undefined;
  return last?.index === index ? last : undefined;
}
