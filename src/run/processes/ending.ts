import type { Outcome } from "../../hooks/seccomp/outcome.ts";

/** How a call ended the calls of a process: the first thread makes them, which is gone even where others go on. */
export type Ending = "SIGSYS" | "SIGKILL" | "thread killed";

const SIGKILL = 9;

/** @param isHandled the process handles SIGSYS. */
export function endingOf(outcome: Outcome, isHandled: boolean): Ending | undefined {
  if (outcome.kind === "killed")
    return outcome.whole ? (outcome.signal === SIGKILL ? "SIGKILL" : "SIGSYS") : "thread killed";
  return outcome.kind === "signal" && !isHandled ? "SIGSYS" : undefined;
}
