import { TAIL_CALL } from "../../helpers/tail-call.ts";
import { Refusal } from "../refusal.ts";
import { checkAlu, checkByteSwap, checkMoveSigned, checkNegate } from "./alu.ts";
import { checkBranch, checkMayGoto } from "./branch.ts";
import { checkExit } from "./exit.ts";
import { enterGlobal } from "./global-call.ts";
import { checkHelperCall } from "./helper-call.ts";
import { checkConstant, checkReference } from "./immediate.ts";
import { checkKernelCall } from "./kernel-call.ts";
import { checkAtomic, checkLoad, checkStore } from "./load-store.ts";
import { checkLocalCall } from "./local-call.ts";
import { noteMainArguments } from "./main-arguments.ts";
import { checkPacketLoad } from "./packet-load.ts";
import { leaveByTailCall } from "./tail-calls.ts";
import { MAX_INSTRUCTIONS, type Walk } from "./walk.ts";

const SPIN_UNLOCK = 94;

/** Walks every path to its end (do_check). */
export function walkAll(walk: Walk): void {
  noteMainArguments(walk);
  walkFunction(walk);
  walk.log.accepted();
  // Anything may throw.
  if (walk.setup.exceptionCallback !== undefined) walk.calledGlobals.add(walk.setup.exceptionCallback);
  const done = new Set<number>();
  for (let again = true; again; ) {
    again = false;
    for (const { number } of walk.model.subprograms) {
      if (!walk.calledGlobals.has(number) || done.has(number)) continue;
      const { name } = walk.functions[number]!;
      walk.begin(number);
      walk.log.line(`Validating ${name}() func#${number}...`);
      enterGlobal(walk, number);
      walkFunction(walk);
      walk.log.accepted();
      walk.log.line(`Func#${number} ('${name}') is safe for any args that match its prototype`);
      done.add(number);
      again = true;
    }
  }
}

/** Walks every path of a function that is verified by itself (do_check_common). */
function walkFunction(walk: Walk): void {
  walk.log.functionBegins();
  do {
    walkOne(walk);
    walk.explored.endPath(walk);
    walk.liveness.update(walk.state);
  } while (walk.resume());
}

/** What only a processor that guesses wrongly would do is kept from it by a barrier: the path ends there. */
function walkOne(walk: Walk): void {
  try {
    walkPath(walk);
  } catch (reason) {
    if (!walk.state.speculative || !(reason instanceof Refusal) || !reason.isAvoidable) throw reason;
    walk.log.refusal(reason);
    walk.liveness.endInstruction();
    walk.nospec[walk.state.index] = 1;
    walk.aluStates[walk.state.index] = 0;
  }
}

/** Walks one path, until the program ends or an earlier path came through an equivalent state. */
function walkPath(walk: Walk): void {
  for (;;) {
    walk.beginInstruction();
    const { index, state, flow } = walk;
    if (++walk.instructionsProcessed > MAX_INSTRUCTIONS)
      throw new Refusal("complexity", index, [
        `BPF program is too large. Processed ${walk.instructionsProcessed} insn`,
      ]);
    state.lastIndex = walk.previousIndex;
    state.index = index;
    if (flow.prunePoints[index] === 1 && walk.explored.visit(walk)) {
      walk.log.pruned(state, walk.previousIndex, index);
      return;
    }
    if (flow.jumpPoints[index] === 1) walk.noteHistory(0, null);
    walk.log.instruction(walk, index);
    if (!state.speculative) walk.insights.noteReached(index);
    walk.observer?.arrived(walk);
    if (state.speculative && walk.nospec[index] === 1) return;
    walk.liveness.beginInstruction(state, index);
    const ended = step(walk);
    walk.liveness.endInstruction();
    walk.observer?.walked?.(walk);
    if (ended || (state.speculative && walk.nospecResult[index] === 1)) return;
    walk.previousIndex = index;
  }
}

/** One instruction: checks it, does to the state what it does, and moves on; true where the path has ended (do_check_insn). */
function step(walk: Walk): boolean {
  const { index } = walk;
  const it = walk.model.instructions[index]!;
  if (it === null) refuseMalformed(walk);
  switch (it.kind) {
    case "alu":
      checkAlu(walk, it);
      break;
    case "negate":
      checkNegate(walk, it);
      break;
    case "move-signed":
      checkMoveSigned(walk, it);
      break;
    case "byte-swap":
      checkByteSwap(walk, it);
      break;
    case "constant":
      checkConstant(walk, it);
      walk.index++;
      break;
    case "reference":
      checkReference(walk, it);
      walk.index++;
      break;
    case "load":
    case "load-acquire":
      checkLoad(walk, it);
      break;
    case "store":
    case "store-release":
      checkStore(walk, it);
      break;
    case "atomic":
      checkAtomic(walk, it);
      break;
    case "packet-load":
      checkPacketLoad(walk, it);
      return false;
    case "jump":
      walk.jumpsProcessed++;
      walk.index = it.target;
      return false;
    case "branch":
      walk.jumpsProcessed++;
      checkBranch(walk, it);
      return false;
    case "may-goto":
      walk.jumpsProcessed++;
      checkMayGoto(walk, it);
      return false;
    case "call-helper":
      walk.jumpsProcessed++;
      if (walk.state.lock !== null && it.helper !== SPIN_UNLOCK)
        walk.refuse("lock", "function calls are not allowed while holding a lock");
      checkHelperCall(walk, it);
      walk.log.touch(0);
      if (it.helper === TAIL_CALL && walk.state.frames.length > 1) {
        leaveByTailCall(walk);
        return false;
      }
      break;
    case "call-local":
      walk.jumpsProcessed++;
      checkLocalCall(walk, it);
      walk.log.touch(0);
      return false;
    case "exit":
      walk.jumpsProcessed++;
      return checkExit(walk);
    case "address-space-cast":
      walk.refuse("encoding", "addr_space_cast insn can only be used in a program that has an associated arena");
      break;
    case "percpu-address":
      walk.refuse("encoding", "BPF_MOV uses reserved fields");
      break;
    case "call-register":
      walk.refuse("encoding", "BPF_CALL uses reserved fields");
      break;
    case "call-kernel":
      walk.jumpsProcessed++;
      if (checkKernelCall(walk, it)) return true;
      walk.log.touch(0);
      return false;
  }
  walk.index++;
  return false;
}

function refuseMalformed(walk: Walk): never {
  const problem = walk.model.problems.get(walk.index);
  walk.refuse("encoding", problem?.kernel ?? problem?.message ?? `invalid insn idx ${walk.index}`);
}
