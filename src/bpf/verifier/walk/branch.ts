import type { Branch, Condition, MayGoto } from "../../isa/instruction.ts";
import { DESTINATION_IS_STACK, SOURCE_IS_STACK } from "../pruning/history.ts";
import { markPrecise } from "../pruning/precision.ts";
import { AT_PACKET_END, BEYOND_PACKET_END, type Register, scalarRegister } from "../state/register.ts";
import { baseOf, isNeverNull, isPacketPointer, mayBeNull, TYPE } from "../state/register-type.ts";
import type { LinkedRegister } from "../state/walk-state.ts";
import { decide, FLIPPED } from "../values/comparison.ts";
import { constant, isConstant } from "../values/scalar.ts";
import { collectLinked, spreadKnown } from "./linked-registers.ts";
import { asNotNull, settleNull } from "./nullness.ts";
import { learnPacketRange } from "./packet-range.ts";
import { guardsSpeculation, walkMispredicted } from "./speculation.ts";
import type { Walk } from "./walk.ts";
import { widenScalars } from "./widen.ts";

/** A comparison that goes one of two ways (check_cond_jmp_op). Leaves `walk.index` at the next instruction. */
export function checkBranch(walk: Walk, it: Branch): void {
  const a = walk.read(it.dst);
  const b = it.src === null ? scalarRegister(constant(BigInt(it.imm))) : walk.read(it.src);
  if (it.src !== null && walk.isSecret(it.src) && !(isPacketAny(a) && isPacketAny(b))) refuseComparison(walk, it.src);
  const flags =
    (it.src !== null && b.type === TYPE.stack ? SOURCE_IS_STACK : 0) |
    (a.type === TYPE.stack ? DESTINATION_IS_STACK : 0);
  if (flags !== 0) walk.noteHistory(flags, null);

  const outcome = foresee(it, a, b);
  if (outcome !== undefined) {
    if (a.type === TYPE.scalar) markPrecise(walk, it.dst);
    if (it.src !== null && b.type === TYPE.scalar) markPrecise(walk, it.src);
    if (!walk.state.speculative) walk.insights.noteBranch(it.index, outcome);
    if (guardsSpeculation(walk)) walkMispredicted(walk, outcome ? it.index + 1 : it.target, it);
    walk.log.instructionState(walk.state);
    walk.index = outcome ? it.target : it.index + 1;
    return;
  }
  if (!walk.state.speculative) walk.insights.noteBranch(it.index, undefined);
  const linked: LinkedRegister[] = [];
  if (it.src !== null && b.type === TYPE.scalar && b.id !== 0) collectLinked(walk, b.id, linked);
  if (a.type === TYPE.scalar && a.id !== 0) collectLinked(walk, a.id, linked);
  if (linked.length > 1) walk.noteHistory(0, linked);

  divide(walk, it, linked);
  walk.log.instructionState(walk.state);
  walk.index = it.index + 1;
}

/** Where it goes if it always goes the same way (is_branch_taken). */
function foresee(it: Branch, a: Register, b: Register): boolean | undefined {
  const wide = it.bits === 64;
  if (wide && isPacketAny(a) && isPacketAny(b)) return foreseePacketEnd(it.condition, a, b);
  if (a.type === TYPE.scalar && b.type === TYPE.scalar) return decide(it.condition, it.bits, a.scalar, b.scalar);
  if (!wide) return undefined;
  const [pointer, other] = b.type === TYPE.scalar && isConstant(b.scalar) ? [a, b] : [b, a];
  if (other.type !== TYPE.scalar || !isConstant(other.scalar) || other.scalar.umin !== 0n) return undefined;
  if (!isNeverNull(pointer)) return undefined;
  return it.condition === "eq" ? false : it.condition === "ne" ? true : undefined;
}

const isPacketAny = ({ type }: Register): boolean => isPacketPointer(type) || type === TYPE.packetEnd;

/** An earlier comparison has shown where the pointer lies (is_pkt_ptr_branch_taken). */
function foreseePacketEnd(condition: Condition, a: Register, b: Register): boolean | undefined {
  let [pointer, relation] = [a, condition];
  if (b.type !== TYPE.packetEnd) {
    if (a.type !== TYPE.packetEnd) return undefined;
    [pointer, relation] = [b, FLIPPED[condition]];
  }
  const beyond = pointer.extent === BEYOND_PACKET_END;
  if (!beyond && pointer.extent !== AT_PACKET_END) return undefined;
  switch (relation) {
    case "le":
    case "gt":
      return beyond ? relation === "gt" : undefined;
    case "lt":
    case "ge":
      return relation === "ge";
    default:
      return undefined;
  }
}

/** Both ways are open: the jump waits, the walk goes straight on, and both know more than before. */
function divide(walk: Walk, it: Branch, linked: readonly LinkedRegister[]): void {
  const here = walk.state;
  const there = walk.fork(it.target, it.index);
  const a = here.frame.registers[it.dst]!;
  const b = it.src === null ? scalarRegister(constant(BigInt(it.imm))) : here.frame.registers[it.src]!;
  if (a.type === TYPE.scalar && b.type === TYPE.scalar) {
    const { holds, fails } = walk.refine(it, a.scalar, b.scalar);
    for (const [state, [left, right]] of [
      [here, fails],
      [there, holds],
    ] as const) {
      const [x, y] = [
        { ...a, scalar: left },
        { ...b, scalar: right },
      ];
      state.frame.registers[it.dst] = x;
      if (it.src !== null && it.src !== it.dst) state.frame.registers[it.src] = y;
      if (it.src !== null && it.src !== it.dst && y.id !== 0) spreadKnown(state, y, linked);
      if (x.id !== 0) spreadKnown(state, state.frame.registers[it.dst]!, linked);
    }
  } else
    for (const state of [here, there]) {
      const [x, y] = [state.frame.registers[it.dst]!, it.src === null ? undefined : state.frame.registers[it.src]!];
      if (y !== undefined && y.type === TYPE.scalar && y.id !== 0) spreadKnown(state, y, linked);
      if (x.type === TYPE.scalar && x.id !== 0) spreadKnown(state, x, linked);
    }

  const wide = it.bits === 64;
  const isStruct = baseOf(a.type) === TYPE.struct || baseOf(b.type) === TYPE.struct;
  if (wide && it.src !== null && a.type !== TYPE.scalar && b.type !== TYPE.scalar && !isStruct) {
    const equal = it.condition === "eq" ? there : it.condition === "ne" ? here : undefined;
    if (equal !== undefined) {
      const { registers } = equal.frame;
      if (!mayBeNull(a.type) && mayBeNull(b.type)) registers[it.src] = notNull(registers[it.src]!);
      if (!mayBeNull(b.type) && mayBeNull(a.type)) registers[it.dst] = notNull(registers[it.dst]!);
    }
  }
  const equality = it.condition === "eq" || it.condition === "ne";
  if (wide && it.src === null && it.imm === 0 && equality && mayBeNull(a.type)) {
    settleNull(here, it.dst, it.condition === "ne");
    settleNull(there, it.dst, it.condition === "eq");
  } else if (!(it.src !== null && wide && learnPacketRange(it.condition, it.dst, it.src, a, b, here, there)))
    if (walk.isSecret(it.dst)) refuseComparison(walk, it.dst);
}

function refuseComparison(walk: Walk, number: number): never {
  walk.refuse("pointer-leak", `R${number} pointer comparison prohibited`);
}

/** What is no null either, as it is the same as another pointer; its copies are not looked for. */
const notNull = (register: Register): Register => ({ ...asNotNull(register), id: register.id });

/** Both ways of may_goto are walked: straight on for one more round, and the jump (is_may_goto_insn). */
export function checkMayGoto(walk: Walk, it: MayGoto): void {
  // The parent is the visit at hand.
  const previous = walk.previousVisit(walk.state.parent?.parent ?? null, it.index);
  const next = walk.fork(it.index + 1, it.index);
  next.mayGotoDepth++;
  if (previous !== undefined) widenScalars(previous, next);
  walk.index = it.target;
}
