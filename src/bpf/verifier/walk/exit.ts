import { markPrecise } from "../pruning/precision.ts";
import { TYPE, typeText } from "../state/register-type.ts";
import type { Walk } from "./walk.ts";

/** Returns true where the program ends, false where a function of it returned (process_bpf_exit_full). */
export function checkExit(walk: Walk): boolean {
  walk.checkReferencesReturned("BPF_EXIT instruction in main prog");
  if (walk.state.frames.length > 1) {
    returnToCaller(walk);
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
  caller.registers[0] = result;
  walk.index = callee.callsite + 1;
  walk.log.callReturned(state, walk.index);
  state.frames.pop();
}

/** Some program types may return certain values only (check_return_code). */
function checkResult(walk: Walk): void {
  const result = walk.read(0);
  if (walk.isSecret(0)) walk.refuse("pointer-leak", "R0 leaks addr as return value");
  const range = walk.programType.returnRange?.(walk.setup.expectedAttachType);
  if (range === undefined) return;
  if (result.type !== TYPE.scalar)
    walk.refuse("return-value", `At program exit the register R0 is not a known value (${typeText(result.type)})`);
  markPrecise(walk, 0);
  const [min, max] = range;
  const { smin, smax } = result.scalar;
  if (smin < BigInt(min) || smax > BigInt(max)) walk.refuse("return-value", wrongResult(walk, min, max));
}

/** verbose_invalid_scalar */
function wrongResult(walk: Walk, min: number, max: number): string {
  const { smin, smax } = walk.frame.registers[0]!.scalar;
  const parts = [`At program exit the register R0 has`];
  const unknown = smin === -(2n ** 63n) && smax === 2n ** 63n - 1n;
  if (smin > -(2n ** 63n)) parts.push(`smin=${smin}`);
  if (smax < 2n ** 63n - 1n) parts.push(`smax=${smax}`);
  if (unknown) parts.push("unknown scalar value");
  return `${parts.join(" ")} should have been in [${min}, ${max}]`;
}
