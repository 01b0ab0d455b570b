import type { Frame } from "../state/frame.ts";
import { type Register, sameExceptIds, sumOf, UNKNOWN_SCALAR } from "../state/register.ts";
import { baseOf, TYPE } from "../state/register-type.ts";
import { BYTE, byteOf, isSpilledScalar64, type StackSlot } from "../state/stack-slot.ts";
import type { WalkState } from "../state/walk-state.ts";
import { rangeIncludes } from "../values/scalar.ts";
import { tnumContains } from "../values/tnum.ts";
import type { IdMap } from "./id-map.ts";

/**
 * How alike two states must be: `general`: what was safe from `old` is so from `current`; `exact`: they are the same;
 * `within`: every value of `current` is one that `old` allows, precise or not.
 */
export type Likeness = "general" | "exact" | "within";

/** What the privileges of the loading user make of the comparison. */
export interface EqualityRules {
  /** Scalars must be the same (explore_alu_limits). */
  readonly sameScalars: boolean;
  /** Stack that was never written may be read (CAP_PERFMON). */
  readonly uninitializedStack: boolean;
}

/** Whether `current` need not be followed where `old` was (states_equal). */
export function statesEqual(
  old: WalkState,
  current: WalkState,
  likeness: Likeness,
  ids: IdMap,
  liveRegisters: Uint16Array,
  rules: EqualityRules,
): boolean {
  // What processors only guess says nothing of what the program does.
  if (old.speculative && !current.speculative) return false;
  if (old.frames.length !== current.frames.length) return false;
  if (old.rcuLocked !== current.rcuLocked || old.preemptLocks !== current.preemptLocks) return false;
  if ((old.lock === null) !== (current.lock === null)) return false;
  if (old.lock !== null && (old.lock.owner !== current.lock!.owner || !ids.matches(old.lock.id, current.lock!.id)))
    return false;
  if (old.references.length !== current.references.length) return false;
  for (let i = 0; i < old.references.length; i++)
    if (
      old.references[i]!.isIrq !== current.references[i]!.isIrq ||
      !ids.matches(old.references[i]!.id, current.references[i]!.id)
    )
      return false;
  if (!ids.matches(old.irqId, current.irqId)) return false;
  for (let number = 0; number < old.frames.length; number++) {
    const [a, b] = [old.frames[number]!, current.frames[number]!];
    if (a.callsite !== b.callsite || a.callbackDepth > b.callbackDepth) return false;
    const live = liveRegisters[old.indexOfFrame(number)]!;
    for (let i = 0; i < 11; i++) {
      if (((live >> i) & 1) === 0) continue;
      const precise = ((a.preciseRegisters >> i) & 1) === 1;
      if (!registerSafe(a.registers[i]!, b.registers[i]!, precise, likeness, ids, rules)) return false;
    }
    if (!stackSafe(a, b, likeness, ids, rules)) return false;
  }
  return true;
}

/** regsafe */
function registerSafe(
  old: Register,
  current: Register,
  precise: boolean,
  likeness: Likeness,
  ids: IdMap,
  rules: EqualityRules,
): boolean {
  if (likeness === "exact") return exactly(old, current, ids);
  if (old.type === TYPE.notInit) return true;
  if (old.type !== current.type) return false;
  switch (baseOf(old.type)) {
    case TYPE.scalar: {
      if (rules.sameScalars) return sameExceptIds(old, current) && ids.matchesScalar(old.id, current.id);
      if (!precise && likeness === "general") return true;
      if (old.id !== 0 && sumOf(old.id) !== sumOf(current.id)) return false;
      if (sumOf(old.id) !== 0 && old.offset !== current.offset) return false;
      return ids.matchesScalar(old.id, current.id) && holds(old, current);
    }
    case TYPE.mapKey:
    case TYPE.mapValue:
    case TYPE.memory:
    case TYPE.buffer:
      return (
        old.offset === current.offset &&
        old.map === current.map &&
        old.mapUid === current.mapUid &&
        old.extent === current.extent &&
        old.dynptr === current.dynptr &&
        holds(old, current) &&
        ids.matches(old.id, current.id) &&
        ids.matches(old.reference, current.reference)
      );
    case TYPE.packet:
    case TYPE.packetMeta:
      if (old.extent < 0 || current.extent < 0 ? old.extent !== current.extent : old.extent > current.extent)
        return false;
      return old.offset === current.offset && ids.matches(old.id, current.id) && holds(old, current);
    default:
      return exactly(old, current, ids);
  }
}

const holds = (old: Register, current: Register): boolean =>
  old.scalar === current.scalar ||
  (rangeIncludes(old.scalar, current.scalar) && tnumContains(old.scalar.bits, current.scalar.bits));

const exactly = (old: Register, current: Register, ids: IdMap): boolean =>
  sameExceptIds(old, current) && ids.matches(old.id, current.id) && ids.matches(old.reference, current.reference);

/** stacksafe */
function stackSafe(old: Frame, current: Frame, likeness: Likeness, ids: IdMap, rules: EqualityRules): boolean {
  for (let i = 0; i < old.stack.length; i++) {
    if (!slotSafe(old.stack[i]!, current.stack[i], old.isPreciseSlot(i), likeness, ids, rules)) return false;
  }
  return true;
}

function slotSafe(
  old: StackSlot,
  current: StackSlot | undefined,
  precise: boolean,
  likeness: Likeness,
  ids: IdMap,
  rules: EqualityRules,
): boolean {
  const { uninitializedStack } = rules;
  const oldScalar = scalarIn(old, uninitializedStack);
  const currentScalar = current === undefined ? undefined : scalarIn(current, uninitializedStack);
  for (let i = 0; i < 8; i++) {
    const kind = byteOf(old, i);
    if (likeness !== "general" && (current === undefined || kind !== byteOf(current, i))) return false;
    if (kind === BYTE.invalid || (kind === BYTE.misc && uninitializedStack)) continue;
    if (current === undefined) return false;
    // Eight bytes of anything are as good as an unknown scalar.
    if (oldScalar !== undefined && currentScalar !== undefined)
      return registerSafe(oldScalar, currentScalar, precise, likeness, ids, rules);
    // Where every byte is misc in place of a zero nothing can be lost.
    if (kind === BYTE.misc && byteOf(current, i) === BYTE.zero) continue;
    if (kind !== byteOf(current, i)) return false;
    if (i === 7 && kind === BYTE.iterator)
      return (
        old.spilled.extent === current.spilled.extent &&
        old.spilled.struct === current.spilled.struct &&
        old.spilled.type === current.spilled.type &&
        ids.matches(old.spilled.reference, current.spilled.reference)
      );
    if (i === 7 && kind === BYTE.dynptr)
      return (
        old.spilled.extent === current.spilled.extent &&
        old.spilled.offset === current.spilled.offset &&
        ids.matches(old.spilled.reference, current.spilled.reference)
      );
    if (i === 7 && kind === BYTE.irqFlag) return ids.matches(old.spilled.reference, current.spilled.reference);
    if (i === 7 && kind === BYTE.spill)
      return registerSafe(old.spilled, current.spilled, precise, likeness, ids, rules);
  }
  return true;
}

function scalarIn(slot: StackSlot, uninitializedStack: boolean): Register | undefined {
  if (isSpilledScalar64(slot)) return slot.spilled;
  for (let i = 0; i < 8; i++) {
    const kind = byteOf(slot, i);
    if (kind !== BYTE.misc && !(kind === BYTE.invalid && uninitializedStack)) return undefined;
  }
  return UNKNOWN_SCALAR;
}
