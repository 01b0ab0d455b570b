import { TAIL_CALL } from "../../helpers/tail-call.ts";
import type { ProgramModel, Subprogram } from "../program/program-model.ts";
import { Refusal } from "../refusal.ts";
import { STACK_BYTES } from "./stack-bounds.ts";

const MAX_FRAMES = 8;
/** A tail call's target starts with a stack of its own while those below it stay: so much may be used below. */
const TAIL_CALL_STACK = 256;

/** All functions on a chain of calls share the stack (check_max_stack_depth; the JIT rounds to 16 bytes). */
export function checkStackDepth(model: ProgramModel, depths: readonly number[]): void {
  descend(model, depths, model.subprograms[0]!, 0, 1);
}

function descend(
  model: ProgramModel,
  depths: readonly number[],
  subprogram: Subprogram,
  below: number,
  frames: number,
): void {
  const { number, start, end } = subprogram;
  const tailCalls = model.instructions
    .slice(start, end)
    .some((instruction) => instruction?.kind === "call-helper" && instruction.helper === TAIL_CALL);
  if (number > 0 && tailCalls && below >= TAIL_CALL_STACK)
    throw new Refusal("stack", start, [
      `tail_calls are not allowed when call stack of previous frames is ${below} bytes. Too large`,
    ]);
  const depth = below + Math.ceil(depths[number]! / 16) * 16;
  if (depth > STACK_BYTES)
    throw new Refusal("stack", -1, [`combined stack size of ${frames} calls is ${depth}. Too large`]);
  for (let i = start; i < end; i++) {
    const instruction = model.instructions[i];
    if (instruction?.kind !== "call-local") continue;
    if (frames >= MAX_FRAMES)
      throw new Refusal("function-call", i, [`the call stack of ${frames} frames is too deep !`]);
    descend(model, depths, model.subprograms[model.subprogramOf[instruction.target]!]!, depth, frames + 1);
  }
}
