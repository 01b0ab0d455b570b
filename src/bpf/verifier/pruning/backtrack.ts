import { TAIL_CALL } from "../../helpers/tail-call.ts";
import type { Instruction } from "../../isa/instruction.ts";
import { isCallbackCaller } from "../program/control-flow.ts";
import type { HistoryEntry } from "../state/walk-state.ts";
import { accessedFrame, accessedSlot, DESTINATION_IS_STACK, SOURCE_IS_STACK, STACK_ACCESS } from "./history.ts";
import type { PrecisionDemand } from "./precision-demand.ts";

/** Backtracking cannot tell where a value came from: every scalar before has to be precise. */
export const LOST = "lost";

const FRAME_POINTER = 10;

/**
 * What must be precise before an instruction so that what `demand` names is precise behind it (backtrack_insn).
 * `next` is the slot that ran after it, `before` the instruction in the slot before that one.
 */
export function backtrack(
  it: Instruction | null,
  next: number,
  before: Instruction | null | undefined,
  entry: HistoryEntry | undefined,
  demand: PrecisionDemand,
  isGlobal: (slot: number) => boolean,
  callsBack: (slot: number) => boolean,
): typeof LOST | undefined {
  if (it === null) return undefined;
  demand.spread(entry?.linked);
  const lost = trace(it, next, before, entry, demand, isGlobal, callsBack);
  if (lost === undefined) demand.spread(entry?.linked);
  return lost;
}

function trace(
  it: Instruction,
  next: number,
  before: Instruction | null | undefined,
  entry: HistoryEntry | undefined,
  demand: PrecisionDemand,
  isGlobal: (slot: number) => boolean,
  callsBack: (slot: number) => boolean,
): typeof LOST | undefined {
  switch (it.kind) {
    case "alu":
      if (!demand.hasRegister(it.dst)) return undefined;
      if (it.operation === "mov") demand.dropRegister(it.dst);
      if (it.src !== null && it.src !== FRAME_POINTER) demand.addRegister(it.src);
      return undefined;
    case "move-signed":
    case "address-space-cast":
    case "percpu-address":
      if (!demand.hasRegister(it.dst)) return undefined;
      demand.dropRegister(it.dst);
      if (it.src !== FRAME_POINTER) demand.addRegister(it.src);
      return undefined;
    case "constant":
    case "reference":
      demand.dropRegister(it.dst);
      return undefined;
    case "load":
    case "load-acquire":
      traceLoad(it.dst, entry, demand);
      return undefined;
    case "atomic":
      if (it.fetch) {
        traceLoad(it.operation === "cmpxchg" ? 0 : it.src, entry, demand);
        return undefined;
      }
      return traceStore(it.dst, it.src, entry, demand);
    case "store":
    case "store-release":
      return traceStore(it.dst, it.src, entry, demand);
    case "branch":
      if (it.src === null || (!demand.hasRegister(it.dst) && !demand.hasRegister(it.src))) return undefined;
      if (entry === undefined || (entry.flags & SOURCE_IS_STACK) === 0) demand.addRegister(it.src);
      if (entry === undefined || (entry.flags & DESTINATION_IS_STACK) === 0) demand.addRegister(it.dst);
      return undefined;
    case "call-local":
      if (isGlobal(it.target)) demand.dropRegister(0);
      else demand.leaveCallee();
      return undefined;
    case "call-helper":
      // Back from the callback into the helper that called it: its arguments are the helper's business.
      if (isCallbackCaller(it.helper) && next !== it.index + 1) {
        demand.registers[demand.frame] = 0;
        demand.frame--;
        return undefined;
      }
      demand.dropRegister(0);
      // The program that it went on in ended in place of its function.
      if (it.helper === TAIL_CALL && next !== it.index + 1) demand.frame++;
      return undefined;
    case "call-kernel":
      if (callsBack(it.index) && next !== it.index + 1) {
        demand.registers[demand.frame] = 0;
        demand.frame--;
        return undefined;
      }
      demand.dropRegister(0);
      return undefined;
    case "exit":
      enterCallee(before, demand);
      return undefined;
    case "packet-load":
      if (demand.hasRegister(0)) return LOST;
      // It left its function, as it may where the packet is too short.
      if (next !== it.index + 1) enterCallee(before, demand);
      return undefined;
    default:
      return undefined;
  }
}

/** R0 of the caller, behind the call, is R0 of the callee at its exit. */
function enterCallee(before: Instruction | null | undefined, demand: PrecisionDemand): void {
  const wanted = before?.kind === "call-local" && demand.hasRegister(0);
  // Those of a helper's own callers are found once its callbacks are left.
  if (before?.kind !== "call-local") demand.registers[demand.frame]! &= ~0b11_1110;
  demand.dropRegister(0);
  demand.frame++;
  if (wanted) demand.addRegister(0);
}

function traceLoad(into: number, entry: HistoryEntry | undefined, demand: PrecisionDemand): void {
  if (!demand.hasRegister(into)) return;
  demand.dropRegister(into);
  if (entry === undefined || (entry.flags & STACK_ACCESS) === 0) return;
  demand.addSlot(accessedSlot(entry.flags), accessedFrame(entry.flags));
}

function traceStore(
  address: number,
  source: number | null,
  entry: HistoryEntry | undefined,
  demand: PrecisionDemand,
): typeof LOST | undefined {
  if (demand.hasRegister(address)) return LOST;
  if (entry === undefined || (entry.flags & STACK_ACCESS) === 0) return undefined;
  const [slot, frame] = [accessedSlot(entry.flags), accessedFrame(entry.flags)];
  if (!demand.hasSlot(slot, frame)) return undefined;
  demand.dropSlot(slot, frame);
  if (source !== null) demand.addRegister(source);
  return undefined;
}
