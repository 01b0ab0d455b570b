import type { Alu, Branch } from "../../isa/instruction.ts";
import { Refusal } from "../refusal.ts";
import type { Register } from "../state/register.ts";
import { UNKNOWN_SCALAR } from "../state/register.ts";
import { TYPE } from "../state/register-type.ts";
import { type Scalar, without32 } from "../values/scalar.ts";
import { isConst, tnumText } from "../values/tnum.ts";
import { checkMapRegion } from "./memory-access.ts";
import { STACK_BYTES } from "./stack-bounds.ts";
import type { Walk } from "./walk.ts";

/** Bits of `Walk.aluStates`: what is to be masked where the instruction runs ahead of a comparison (BPF_ALU_*). */
const SANITIZE_SOURCE = 1;
const SANITIZE_DESTINATION = 2;
const NEGATIVE = 4;
const NO_POINTER = 8;
const IMMEDIATE = 16;

const BASE = "pointer arithmetic with it prohibited for !root";

/** Whether processors that guess must be kept from what the program may not do (bypass_spec_v1 is not set). */
export const guardsSpeculation = (walk: Walk): boolean => !walk.privileges.perfmon;

/** What the operation needs no masks for (can_skip_alu_sanitation). */
const needsNoMask = (walk: Walk, it: Alu): boolean =>
  walk.privileges.perfmon || it.src === null || walk.nospec[it.index] === 1;

/** The path that a processor takes when it guesses wrongly is walked, too (sanitize_speculative_path). */
export function walkMispredicted(walk: Walk, index: number, it: Branch | undefined): void {
  const { registers } = walk.fork(index, walk.index, true).frame;
  if (it === undefined) return;
  registers[it.dst] = UNKNOWN_SCALAR;
  if (it.src !== null) registers[it.src] = UNKNOWN_SCALAR;
}

/** An addition to, or a subtraction from, a number by a register (sanitize_val_alu). */
export function sanitizeNumber(walk: Walk, it: Alu): void {
  if ((it.operation !== "add" && it.operation !== "sub") || needsNoMask(walk, it)) return;
  if (!settleMask(walk, it.index, NO_POINTER, 0)) refusePaths(walk, it);
}

/** What the first look at pointer arithmetic found, for the second (`struct bpf_sanitize_info`). */
export interface Sanitation {
  readonly state: number;
  readonly limit: number;
  readonly toLeft: boolean;
}

/**
 * Before a pointer is moved: how far it may go at most, which the amount is masked with (sanitize_ptr_alu, first time).
 * Undefined where nothing is to be masked.
 */
export function beforeMove(
  walk: Walk,
  it: Alu,
  pointer: Register,
  amount: Scalar,
  inPlace: boolean,
): Sanitation | undefined {
  if ((it.operation !== "add" && it.operation !== "sub") || needsNoMask(walk, it)) return undefined;
  const fixed = isConst(amount.bits);
  const negative = amount.smin < 0n;
  let found: Sanitation = { state: 0, limit: 0, toLeft: false };
  if (!walk.state.speculative) {
    if (!fixed && negative !== amount.smax < 0n)
      walk.refuse("speculation", `R${inPlace ? it.src : it.dst} has unknown scalar with mixed signed bounds, ${BASE}`);
    const toLeft = (it.operation === "add") === negative;
    const limit = limitOf(walk, it, pointer, toLeft, inPlace);
    const state =
      (negative ? NEGATIVE : 0) | (fixed ? IMMEDIATE : 0) | (inPlace ? SANITIZE_SOURCE : SANITIZE_DESTINATION);
    if (!fixed) walk.exploreAluLimits = true;
    found = { state, limit, toLeft };
  }
  if (fixed) return found;
  // Where the guess was wrong the amount is masked to 0: the pointer alone goes on.
  const mispredicted = walk.fork(walk.index + 1, walk.index, true);
  mispredicted.frame.registers[it.dst] = inPlace ? { ...pointer, scalar: without32(pointer.scalar) } : pointer;
  return found;
}

/** After a pointer was moved: the window is as wide as the move (sanitize_ptr_alu, second time). */
export function afterMove(walk: Walk, it: Alu, moved: Register, before: Sanitation, inPlace: boolean): void {
  if (needsNoMask(walk, it) || walk.state.speculative) return;
  const limit = Math.abs(before.limit - limitOf(walk, it, moved, before.toLeft, inPlace));
  if (!settleMask(walk, it.index, before.state, limit)) refusePaths(walk, it);
}

/** retrieve_ptr_limit */
function limitOf(walk: Walk, it: Alu, pointer: Register, toLeft: boolean, inPlace: boolean): number {
  let [limit, max] = [0, 0];
  switch (pointer.type) {
    case TYPE.stack:
      max = STACK_BYTES + (toLeft ? 1 : 0);
      limit = -(Number(BigInt.asIntN(32, pointer.scalar.bits.value)) + pointer.offset);
      break;
    case TYPE.mapValue:
      max = pointer.map!.valueSize;
      limit = Number(BigInt.asUintN(32, toLeft ? pointer.scalar.smin : pointer.scalar.umax)) + pointer.offset;
      break;
    default:
      walk.refuse("speculation", `R${inPlace ? it.dst : it.src} has pointer with unsupported alu operation, ${BASE}`);
  }
  if (limit < 0 || limit >= max)
    walk.refuse("speculation", `R${it.dst} tried to ${it.operation} beyond pointer bounds, ${BASE}`);
  return limit;
}

/** All paths must agree on the mask of an instruction (update_alu_sanitation_state). */
function settleMask(walk: Walk, index: number, state: number, limit: number): boolean {
  const { aluStates, aluLimits } = walk;
  if (aluStates[index] !== 0 && (aluStates[index] !== state || aluLimits[index] !== limit)) return false;
  aluStates[index] = state;
  aluLimits[index] = limit;
  return true;
}

function refusePaths(walk: Walk, it: Alu): never {
  walk.refuse("speculation", `R${it.dst} tried to ${it.operation} from different maps, paths or scalars, ${BASE}`);
}

/** A moved pointer must stay where accesses could be masked (sanitize_check_bounds). */
export function checkMoved(walk: Walk, number: number, pointer: Register): void {
  if (!guardsSpeculation(walk)) return;
  const { bits } = pointer.scalar;
  if (pointer.type === TYPE.stack) {
    const offset = pointer.offset + Number(BigInt.asIntN(32, bits.value));
    if (!isConst(bits))
      walk.refuse(
        "stack",
        `R${number} variable stack access prohibited for !root, var_off=${tnumText(bits)} off=${offset}`,
      );
    if (offset >= 0 || offset < -STACK_BYTES)
      walk.refuse(
        "stack",
        `R${number} stack pointer arithmetic goes out of range, prohibited for !root; off=${offset}`,
      );
  } else if (pointer.type === TYPE.mapValue) {
    try {
      checkMapRegion(walk, number, pointer.offset, 1, false);
    } catch (reason) {
      if (!(reason instanceof Refusal)) throw reason;
      const last = `R${number} pointer arithmetic of map value goes out of range, prohibited for !root`;
      throw new Refusal(reason.category, reason.index, [...reason.lines, last]);
    }
  }
}
