import type { CallLocal } from "../../isa/instruction.ts";
import { Frame } from "../state/frame.ts";
import { NOT_INIT } from "../state/register.ts";
import { checkGlobalCall, noteArguments } from "./global-call.ts";
import type { Walk } from "./walk.ts";

/** MAX_CALL_FRAMES */
const MAX_FRAMES = 8;

/** The walk goes into a function of the program (check_func_call of a static function). */
export function checkLocalCall(walk: Walk, it: CallLocal): void {
  const { state } = walk;
  if (walk.isGlobal(walk.model.subprogramOf[it.target]!)) {
    checkGlobalCall(walk, it);
    return;
  }
  noteArguments(walk, walk.model.subprogramOf[it.target]!);
  const depth = state.frames.length;
  if (depth >= MAX_FRAMES) walk.refuse("function-call", `the call stack of ${depth + 1} frames is too deep`);
  const caller = state.frame;
  const callee = Frame.enter(it.index, depth, walk.model.subprogramOf[it.target]!);
  for (let i = 1; i <= 5; i++) callee.registers[i] = caller.registers[i]!;
  state.frames.push(callee);
  for (let i = 0; i <= 5; i++) caller.registers[i] = NOT_INIT;
  walk.liveness.leave();
  walk.index = it.target;
  walk.log.callEntered(state);
}
