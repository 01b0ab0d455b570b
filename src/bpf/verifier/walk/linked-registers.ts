import type { Frame } from "../state/frame.ts";
import { familyOf, type Register, SUM_32, SUM_64, sumOf, unlinked } from "../state/register.ts";
import { TYPE } from "../state/register-type.ts";
import { isSpilled } from "../state/stack-slot.ts";
import type { LinkedRegister, WalkState } from "../state/walk-state.ts";
import { addBounds } from "../values/arithmetic.ts";
import { widenFrom32 } from "../values/extension.ts";
import { constant, isConstant } from "../values/scalar.ts";
import { synchronize } from "../values/synchronize.ts";
import { tnumAdd } from "../values/tnum.ts";
import type { Walk } from "./walk.ts";

/** More than this are not followed (LINKED_REGS_MAX). */
const MAX_LINKED = 6;

/** A register about to be copied gets an id, so that what one copy is compared with tells of the other (assign_scalar_id_before_mov). */
function withId(walk: Walk, register: Register): Register {
  if (register.type !== TYPE.scalar) return register;
  const free = sumOf(register.id) === 0 ? register : unlinked(register);
  if (free.id !== 0 || isConstant(free.scalar)) return free;
  return { ...free, id: walk.newId() };
}

export function linkBeforeCopy(walk: Walk, number: number): Register {
  const { registers } = walk.frame;
  const linked = withId(walk, registers[number]!);
  registers[number] = linked;
  return linked;
}

const sameFamily = (a: number, b: number): boolean => familyOf(a) === familyOf(b);

/** Finds all scalars bound to an id that are not dead; those beyond the limit lose their bonds (collect_linked_regs). */
export function collectLinked({ state, liveRegisters }: Walk, id: number, found: LinkedRegister[]): void {
  for (let number = state.frames.length - 1; number >= 0; number--) {
    const { registers, stack } = state.frames[number]!;
    const live = liveRegisters[state.indexOfFrame(number)]!;
    for (let i = 0; i < 10; i++) {
      const register = registers[i]!;
      if (((live >> i) & 1) === 0) continue;
      if (register.type !== TYPE.scalar || !sameFamily(register.id, id)) continue;
      if (found.length < MAX_LINKED) found.push({ frame: number, isRegister: true, place: i });
      else registers[i] = unlinked(register);
    }
    for (let i = 0; i < stack.length; i++) {
      const { bytes, spilled } = stack[i]!;
      if (!isSpilled(stack[i]!) || spilled.type !== TYPE.scalar || !sameFamily(spilled.id, id)) continue;
      if (found.length < MAX_LINKED) found.push({ frame: number, isRegister: false, place: i });
      else stack[i] = { bytes, spilled: unlinked(spilled) };
    }
  }
}

/** What is known of `known` now is known of the scalars bound to it (sync_linked_regs). */
export function spreadKnown(state: WalkState, known: Register, linked: readonly LinkedRegister[]): void {
  for (const link of linked) {
    const frame = state.frames[link.frame]!;
    const register = at(frame, link);
    if (register.type !== TYPE.scalar || register === known || !sameFamily(register.id, known.id)) continue;
    put(frame, link, derive(register, known));
  }
}

const at = (frame: Frame, { isRegister, place }: LinkedRegister): Register =>
  isRegister ? frame.registers[place]! : frame.stack[place]!.spilled;

function put(frame: Frame, { isRegister, place }: LinkedRegister, register: Register): void {
  if (isRegister) frame.registers[place] = register;
  else frame.stack[place] = { bytes: frame.stack[place]!.bytes, spilled: register };
}

function derive(register: Register, known: Register): Register {
  const sums = sumOf(register.id) | sumOf(known.id);
  // Sums of different widths do not differ by a constant.
  if ((sumOf(register.id) ^ sumOf(known.id)) >>> 0 === (SUM_64 | SUM_32) >>> 0) return register;
  if (sums === 0 || register.offset === known.offset) return known;
  const difference = constant(BigInt(register.offset - known.offset));
  const scalar = known.scalar.copy();
  addBounds(scalar, difference);
  scalar.bits = tnumAdd(scalar.bits, difference.bits);
  if ((sums & SUM_32) !== 0) widenFrom32(scalar);
  synchronize(scalar);
  return { ...known, scalar, id: register.id, offset: register.offset };
}
