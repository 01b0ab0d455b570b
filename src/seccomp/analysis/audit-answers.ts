import type { ClassicInstruction } from "../../bpf/classic/instruction.ts";
import { effectOf, runsCall } from "../../hooks/seccomp/action.ts";
import { argumentWord } from "../../hooks/seccomp/seccomp-data.ts";
import type { Architecture } from "../architecture/architecture.ts";
import { syscallNumber } from "../architecture/syscalls.ts";
import { type Answer, answersTo } from "./answers.ts";
import { leaves } from "./symbolic.ts";
import { WordSet } from "./word-set.ts";

/** Which calls of a filter run: for all, some or none of their arguments. Undefined: the architecture has no such call. */
export function runs(
  program: readonly ClassicInstruction[],
  architecture: Architecture,
  call: string | number,
): "always" | "sometimes" | "never" | undefined {
  const nr = typeof call === "number" ? call : syscallNumber(call, architecture);
  if (nr === undefined) return undefined;
  const running = answersTo(program, architecture, nr).map(isRunning);
  if (running.every((runs) => runs)) return "always";
  return running.some((runs) => runs) ? "sometimes" : "never";
}

export function isRunning({ returnValue }: Pick<Answer, "returnValue">): boolean {
  return runsCall(effectOf(returnValue));
}

/** True where the call can run with an argument that has this lower half. */
export function canRunWith(
  program: readonly ClassicInstruction[],
  architecture: Architecture,
  nr: number,
  argument: number,
  low: number,
): boolean {
  const within = new Map([
    [0, WordSet.of(nr)],
    [1, WordSet.of(architecture.audit)],
    [argumentWord(argument, "low", architecture.endian === "little"), WordSet.of(low)],
  ]);
  for (const leaf of leaves(program, within)) if (isRunning(leaf)) return true;
  return false;
}
