import { registersText, slotsText } from "../log/mask-text.ts";
import { stateText } from "../log/register-text.ts";
import type { VerifierLog } from "../log/verifier-log.ts";
import { TYPE } from "../state/register-type.ts";
import { isSpilledScalar } from "../state/stack-slot.ts";
import type { WalkState } from "../state/walk-state.ts";
import type { Walk } from "../walk/walk.ts";
import { backtrack, LOST } from "./backtrack.ts";
import { entryAt } from "./history.ts";

/** The scalar in a register decides whether the program is safe: marks where it came from as precise (mark_chain_precision). */
export function markPrecise(walk: Walk, register: number): void {
  if (!walk.privileges.bpf) return;
  const { demand, state } = walk;
  demand.begin(state.frames.length - 1);
  demand.addRegister(register);
  follow(walk, state);
}

/** The same for the scalar spilled in a slot of the stack. */
export function markSlotPrecise(walk: Walk, frame: number, slot: number): void {
  if (!walk.privileges.bpf) return;
  const { demand, state } = walk;
  demand.begin(state.frames.length - 1);
  demand.addSlot(slot, frame);
  follow(walk, state);
}

/** The walk goes no further here because `old` is more general: what was precise in it is so here (propagate_precision). */
export function propagatePrecision(walk: Walk, old: WalkState, current: WalkState): boolean {
  const { demand } = walk;
  demand.begin(current.frames.length - 1);
  for (let number = old.frames.length - 1; number >= 0; number--) {
    const frame = old.frames[number]!;
    const propagated: string[] = [];
    for (let i = 0; i < 10; i++) {
      if (((frame.preciseRegisters >> i) & 1) === 0 || frame.registers[i]!.type !== TYPE.scalar) continue;
      demand.addRegister(i, number);
      if (walk.log.level === 2) propagated.push(`r${i}`);
    }
    if ((frame.preciseSlotsLow | frame.preciseSlotsHigh) !== 0)
      for (let i = 0; i < frame.stack.length; i++) {
        if (!frame.isPreciseSlot(i) || !isSpilledScalar(frame.stack[i]!)) continue;
        demand.addSlot(i, number);
        if (walk.log.level === 2) propagated.push(`fp${-8 * (i + 1)}`);
      }
    if (propagated.length > 0) walk.log.detail(`frame ${number}: propagating ${propagated.join(",")}`);
  }
  return walk.privileges.bpf && follow(walk, current);
}

/** Follows the path of `from` backwards until nothing is demanded any more; tells whether it marked anything. */
function follow(walk: Walk, from: WalkState): boolean {
  const { demand, model } = walk;
  if (demand.isEmpty()) return false;
  let changed = false;
  let skip = true;
  let state: WalkState = from;
  let first = state.firstIndex;
  let last = from.index;
  let next = -1;
  const { log } = walk;
  const callsBack = (slot: number): boolean => walk.flow.callsCallback[slot] === 1;
  const isGlobal = (slot: number): boolean => walk.isGlobal(model.subprogramOf[slot]!);
  for (;;) {
    if (log.level === 2)
      log.detail(`mark_precise: frame${demand.frame}: last_idx ${last} first_idx ${first} subseq_idx ${next} `);
    if (last < 0) {
      markEntry(walk, state);
      return true;
    }
    let end = state.history.length;
    for (let index = last; ; ) {
      if (skip) skip = false;
      else {
        const before = next > 0 ? model.instructions[next - 1] : undefined;
        const entry = entryAt(state.history, end, index);
        if (log.level === 2) logBacktracking(walk, index);
        if (backtrack(model.instructions[index]!, next, before, entry, demand, isGlobal, callsBack) === LOST) {
          forcePrecise(walk, from);
          return true;
        }
      }
      if (demand.isEmpty()) return changed;
      next = index;
      // The state begins here, and no loop came back to its first instruction.
      if (index === state.firstIndex && (end === 0 || (end === 1 && state.history[0]!.index === index))) break;
      const entry = entryAt(state.history, end, index);
      if (entry === undefined) index--;
      else {
        end--;
        index = entry.previous;
      }
    }
    const { parent } = state;
    if (parent === null) break;
    changed = demandOf(walk, parent) || changed;
    if (demand.isEmpty()) return changed;
    state = parent;
    next = first;
    last = state.lastIndex;
    first = state.firstIndex;
  }
  forcePrecise(walk, from);
  return true;
}

function forcePrecise(walk: Walk, from: WalkState): void {
  walk.log.detail(`mark_precise: frame${from.frames.length - 1}: falling back to forcing all scalars precise`);
  markAllPrecise(from, walk.log);
}

function logBacktracking({ demand, log, model }: Walk, index: number): void {
  const instruction = model.instructions[index]!;
  if (instruction === null) return;
  const frame = demand.frame;
  const registers = registersText(demand.registers[frame]!);
  const slots = slotsText(demand.slots[frame * 2]!, demand.slots[frame * 2 + 1]!);
  const text = log.textOf(instruction);
  log.detail(`mark_precise: frame${frame}: regs=${registers} stack=${slots} before ${index}: ${text}`);
}

function logParent({ demand, log }: Walk, state: WalkState, frame: number): void {
  const registers = registersText(demand.registers[frame]!);
  const slots = slotsText(demand.slots[frame * 2]!, demand.slots[frame * 2 + 1]!);
  log.detail(`mark_precise: frame${frame}: parent state regs=${registers} stack=${slots}: ${stateText(state, frame)}`);
}

/** Marks what is demanded as precise in an explored state, and demands no more what was so already. */
function demandOf(walk: Walk, state: WalkState): boolean {
  const { demand } = walk;
  let changed = false;
  for (let number = demand.frame; number >= 0; number--) {
    const frame = state.frames[number]!;
    const registers = demand.registers[number]!;
    for (let i = 0; i < 10; i++) {
      if (((registers >> i) & 1) === 0) continue;
      if (frame.registers[i]!.type !== TYPE.scalar || ((frame.preciseRegisters >> i) & 1) === 1)
        demand.dropRegister(i, number);
      else {
        frame.preciseRegisters |= 1 << i;
        changed = true;
      }
    }
    if ((demand.slots[number * 2]! | demand.slots[number * 2 + 1]!) !== 0)
      for (let i = 0; i < 64; i++) {
        if (!demand.hasSlot(i, number)) continue;
        const slot = frame.stack[i];
        if (slot === undefined || !isSpilledScalar(slot) || frame.isPreciseSlot(i)) demand.dropSlot(i, number);
        else {
          frame.markSlotPrecise(i);
          changed = true;
        }
      }
    if (walk.log.level === 2) logParent(walk, state, number);
  }
  return changed;
}

/** The beginning of the function: only its arguments can be wanted. */
function markEntry(walk: Walk, state: WalkState): void {
  state.frames[0]!.preciseRegisters |= walk.demand.registers[0]! & 0b11_1110;
}

export function markAllPrecise(from: WalkState, log: VerifierLog): void {
  for (let state = from.parent; state !== null; state = state.parent) {
    for (const frame of state.frames) {
      for (let i = 0; i < 10; i++) {
        if (frame.registers[i]!.type !== TYPE.scalar || ((frame.preciseRegisters >> i) & 1) === 1) continue;
        frame.preciseRegisters |= 1 << i;
        log.detail(`force_precise: frame${frame.number}: forcing r${i} to be precise`);
      }
      for (let i = 0; i < frame.stack.length; i++) {
        if (!isSpilledScalar(frame.stack[i]!) || frame.isPreciseSlot(i)) continue;
        frame.markSlotPrecise(i);
        log.detail(`force_precise: frame${frame.number}: forcing fp${-8 * (i + 1)} to be precise`);
      }
    }
  }
}

/** What the walk holds now came to be precise before; what follows has to ask anew (mark_all_scalars_imprecise). */
export function forgetPrecision(state: WalkState): void {
  for (const frame of state.frames) {
    frame.preciseRegisters = 0;
    frame.preciseSlotsLow = 0;
    frame.preciseSlotsHigh = 0;
  }
}
