import { IdMap } from "../pruning/id-map.ts";
import { type Register, sameExceptIds, UNKNOWN_SCALAR } from "../state/register.ts";
import { TYPE } from "../state/register-type.ts";
import { isSpilled } from "../state/stack-slot.ts";
import type { WalkState } from "../state/walk-state.ts";

/**
 * Scalars that differ between two rounds of a loop, and that nothing has asked to be precise, may be anything in the
 * next: so the loop comes to an end (widen_imprecise_scalars).
 */
export function widenScalars(old: WalkState, current: WalkState): void {
  const ids = new IdMap();
  ids.begin(0);
  const widen = (before: Register, precise: boolean, now: Register): Register => {
    if (before.type !== TYPE.scalar || now.type !== TYPE.scalar || precise) return now;
    const same =
      sameExceptIds(before, now) && ids.matches(before.id, now.id) && ids.matches(before.reference, now.reference);
    return same ? now : UNKNOWN_SCALAR;
  };
  for (let number = old.frames.length - 1; number >= 0; number--) {
    const [a, b] = [old.frames[number]!, current.frames[number]!];
    for (let i = 0; i < 10; i++)
      b.registers[i] = widen(a.registers[i]!, ((a.preciseRegisters >> i) & 1) === 1, b.registers[i]!);
    const slots = Math.min(a.stack.length, b.stack.length);
    for (let i = 0; i < slots; i++) {
      const [x, y] = [a.stack[i]!, b.stack[i]!];
      if (!isSpilled(x) || !isSpilled(y)) continue;
      const spilled = widen(x.spilled, a.isPreciseSlot(i), y.spilled);
      if (spilled !== y.spilled) b.stack[i] = { bytes: y.bytes, spilled };
    }
  }
}
