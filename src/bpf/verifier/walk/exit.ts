import { markPrecise } from "../pruning/precision.ts";
import type { CallbackRules } from "../state/frame.ts";
import { TYPE, typeText } from "../state/register-type.ts";
import type { Walk } from "./walk.ts";
import { widenScalars } from "./widen.ts";

/** Returns true where the program ends, false where a function of it returned (process_bpf_exit_full). */
export function checkExit(walk: Walk): boolean {
  walk.checkReferencesReturned("BPF_EXIT instruction in main prog", walk.state.frames.length === 1);
  if (walk.state.frames.length > 1) {
    returnToCaller(walk);
    walk.log.showWay();
    return false;
  }
  checkResult(walk);
  return true;
}

/** prepare_func_exit */
export function returnToCaller(walk: Walk): void {
  const { state } = walk;
  const callee = state.frame;
  walk.liveness.update(state);
  const result = callee.registers[0]!;
  if (result.type === TYPE.stack) walk.refuse("function-call", "cannot return stack pointer to the caller");
  const caller = state.frames[state.frames.length - 2]!;
  if (callee.callback !== null) {
    checkCallbackResult(walk, callee.callback);
    walk.index = callee.callsite;
  } else {
    caller.registers[0] = result;
    walk.index = callee.callsite + 1;
  }
  walk.log.callReturned(state, walk.index);
  state.frames.pop();
  if (callee.callback === null) return;
  const previous = walk.previousVisit(state.parent, walk.index);
  if (previous !== undefined) widenScalars(previous, state);
}

function checkCallbackResult(walk: Walk, { range: [min, max] }: CallbackRules): void {
  if (walk.frame.registers[0]!.type !== TYPE.scalar) walk.refuse("return-value", "R0 not a scalar value");
  markPrecise(walk, 0);
  const { smin, smax } = walk.frame.registers[0]!.scalar;
  if (smin < BigInt(min) || smax > BigInt(max))
    walk.refuse("return-value", wrongResult(walk, min, max, "At callback return"));
}

/** Some program types may return certain values only (check_return_code). */
function checkResult(walk: Walk): void {
  const isMain = walk.frame.callback === null && walk.frame.subprogram === 0;
  if (isMain && walk.setup.target?.isVoid === true) return;
  const result = walk.read(0);
  if (walk.isSecret(0)) walk.refuse("pointer-leak", "R0 leaks addr as return value");
  const { callback, subprogram } = walk.frame;
  if (callback !== null) {
    checkRange(walk, callback.range, "At async callback return");
    return;
  }
  if (subprogram > 0 && subprogram !== walk.setup.exceptionCallback) {
    if (result.type !== TYPE.scalar)
      walk.refuse(
        "return-value",
        `At subprogram exit the register R0 is not a scalar value (${typeText(result.type)})`,
      );
    return;
  }
  checkFunctionResult(walk, 0);
}

/** An exception leaves the program with what is in R1; functions that are walked by themselves with anything. */
export function checkThrown(walk: Walk): void {
  const { callback, subprogram } = walk.state.frames[0]!;
  if (callback !== null) checkRange(walk, callback.range, "At async callback return", 1);
  else if (subprogram === 0) checkFunctionResult(walk, 1);
}

/** What the program gives back, in R0 or where an exception leaves it. */
function checkFunctionResult(walk: Walk, number: number): void {
  const range = walk.programType.returnRange?.(walk.setup.expectedAttachType);
  if (range !== undefined) checkRange(walk, range, "At program exit", number);
}

function checkRange(walk: Walk, [min, max]: readonly [number, number], where: string, number = 0): void {
  const result = walk.frame.registers[number]!;
  if (result.type !== TYPE.scalar)
    walk.refuse("return-value", `${where} the register R${number} is not a known value (${typeText(result.type)})`);
  markPrecise(walk, number);
  const { smin, smax } = result.scalar;
  if (smin < BigInt(min) || smax > BigInt(max)) walk.refuse("return-value", wrongResult(walk, min, max, where, number));
}

/** verbose_invalid_scalar */
function wrongResult(walk: Walk, min: number, max: number, where: string, number = 0): string {
  const { smin, smax } = walk.frame.registers[number]!.scalar;
  const parts = [`${where} the register R${number} has`];
  const unknown = smin === -(2n ** 63n) && smax === 2n ** 63n - 1n;
  if (smin > -(2n ** 63n)) parts.push(`smin=${smin}`);
  if (smax < 2n ** 63n - 1n) parts.push(`smax=${smax}`);
  if (unknown) parts.push("unknown scalar value");
  return `${parts.join(" ")} should have been in [${min}, ${max}]`;
}
