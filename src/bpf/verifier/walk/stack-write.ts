import { stackAccess } from "../pruning/history.ts";
import { markPrecise } from "../pruning/precision.ts";
import { isNull, type Register, scalarRegister } from "../state/register.ts";
import { TYPE } from "../state/register-type.ts";
import {
  ALL_SPILL,
  BYTE,
  byteOf,
  isSpecial,
  isSpilled,
  isSpilledScalar,
  type StackSlot,
  scrub,
  withByte,
} from "../state/stack-slot.ts";
import { constant, isConstant, isZero } from "../values/scalar.ts";
import { widthOf } from "../values/wide.ts";
import { destroyIfDynptr } from "./dynptr-slots.ts";
import { linkBeforeCopy } from "./linked-registers.ts";
import type { Walk } from "./walk.ts";

/** What a store puts into memory: a register, a constant, or nobody knows what (atomics, helpers). */
export type StoredValue =
  | { readonly kind: "register"; readonly number: number }
  | { readonly kind: "constant"; readonly value: number }
  | { readonly kind: "unknown" };

/** check_stack_write */
export function writeStack(walk: Walk, number: number, offset: number, size: number, value: StoredValue): void {
  const register = walk.frame.registers[number]!;
  if (isConstant(register.scalar))
    writeFixed(walk, register.extent, offset + Number(register.scalar.smin), size, value);
  else writeVariable(walk, register, offset, size, value);
}

function writeFixed(walk: Walk, frameNumber: number, offset: number, size: number, value: StoredValue): void {
  const frame = walk.state.frames[frameNumber]!;
  const at = -offset - 1;
  const slot = at >> 3;
  destroyIfDynptr(walk, frameNumber, slot);
  const old = frame.stack[slot]!;
  const source = value.kind === "register" ? walk.frame.registers[value.number]! : undefined;
  const { bpf, perfmon } = walk.privileges;
  if (!perfmon && isSpilled(old) && !isSpilledScalar(old) && size !== 8)
    walk.refuse("pointer-leak", "attempt to corrupt spilled pointer on stack");
  const begins = offset % 8 === 0;
  if (begins && size === 8) walk.liveness.noteWrite(frameNumber, slot);
  walk.log.touchSlot(slot);

  if (!perfmon) guardStore(walk, old, at, size, source);
  if (begins && source?.type === TYPE.scalar && bpf) {
    const fits = widthOf(source.scalar.umax) <= 8 * size;
    const linked = fits ? linkBeforeCopy(walk, (value as { number: number }).number) : { ...source, id: 0 };
    frame.stack[slot] = spill(old, linked, size);
  } else if (begins && value.kind === "constant" && bpf) {
    frame.stack[slot] = spill(old, scalarRegister(constant(BigInt(value.value))), size);
  } else if (source !== undefined && source.type !== TYPE.scalar) {
    if (size !== 8) walk.refuse("stack", "invalid size of register spill");
    if (frame !== walk.frame && source.type === TYPE.stack)
      walk.refuse("stack", "cannot spill pointers to stack into stack frame of the caller");
    frame.stack[slot] = spill(old, source, size);
  } else {
    const zero = source !== undefined ? isNull(source) : value.kind === "constant" && value.value === 0;
    if (zero && value.kind === "register") markPrecise(walk, value.number);
    let bytes = unspilled(old);
    for (let i = 0; i < size; i++) bytes = withByte(bytes, (at - i) & 7, zero ? BYTE.zero : BYTE.misc);
    frame.stack[slot] = { bytes, spilled: { ...old.spilled, type: TYPE.notInit } };
    return;
  }
  walk.noteHistory(stackAccess(frameNumber, slot), null);
}

/** A processor may still read what lay there before: it is kept from running ahead of the store (bypass_spec_v4). */
function guardStore(walk: Walk, old: StackSlot, at: number, size: number, source: Register | undefined): void {
  let guard = source !== undefined && source.type !== TYPE.scalar;
  for (let i = 0; i < size; i++) {
    const kind = byteOf(old, (at - i) & 7);
    if (kind !== BYTE.misc && kind !== BYTE.zero) guard = true;
  }
  if (guard) walk.nospecResult[walk.index] = 1;
}

/** save_register_state */
function spill(old: StackSlot, register: Register, size: number): StackSlot {
  if (size === 8) return { bytes: ALL_SPILL, spilled: register };
  let { bytes } = old;
  let i = 7;
  for (; i > 7 - size; i--) bytes = withByte(bytes, i, BYTE.spill);
  for (; i >= 0; i--) bytes = withByte(bytes, i, leftover(byteOf(old, i)));
  return { bytes, spilled: register };
}

/** What becomes of a byte beside a new spill: zeroes and bytes never written stay what they are (mark_stack_slot_misc). */
const leftover = (kind: number): number => (kind === BYTE.zero || kind === BYTE.invalid ? kind : BYTE.misc);

/** The bytes of a slot whose spilled register is being overwritten in part (scrub_special_slot). */
const unspilled = (old: StackSlot): number => (isSpecial(old) ? scrub(old.bytes) : old.bytes);

/** Any of the bytes that the offset may mean may have been written (check_stack_write_var_off). */
function writeVariable(walk: Walk, register: Register, offset: number, size: number, value: StoredValue): void {
  const { stack } = walk.state.frames[register.extent]!;
  const begin = Number(register.scalar.smin) + offset;
  const end = Number(register.scalar.smax) + offset + size;
  const source = value.kind === "register" ? walk.frame.registers[value.number]! : undefined;
  const zero = source !== undefined ? isNull(source) : value.kind === "constant" && value.value === 0;
  let zeroUsed = false;
  for (let i = begin; i < end; i++) destroyIfDynptr(walk, register.extent, (-i - 1) >> 3);
  for (let i = begin; i < end; i++) {
    const at = -i - 1;
    const slot = at >> 3;
    const old = stack[slot]!;
    const kind = byteOf(old, at & 7);
    walk.log.touchSlot(slot);
    if (!walk.privileges.perfmon && kind !== BYTE.misc && kind !== BYTE.zero)
      walk.refuse("pointer-leak", `spilled ptr in range of var-offset stack write; insn ${walk.index}, ptr off: ${i}`);
    if (zero && kind === BYTE.spill && isSpilledScalar(old) && isZero(old.spilled.scalar)) {
      zeroUsed = true;
      continue;
    }
    const stays = zero && kind === BYTE.zero;
    if (stays) zeroUsed = true;
    const bytes = withByte(unspilled(old), at & 7, stays ? BYTE.zero : BYTE.misc);
    stack[slot] = { bytes, spilled: { ...old.spilled, type: TYPE.notInit } };
  }
  if (zeroUsed && value.kind === "register") markPrecise(walk, value.number);
}
