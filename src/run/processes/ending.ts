import type { Outcome } from "../../hooks/seccomp/outcome.ts";

/**
 * How the calls of a process ended: by a signal's name, by the `exit` or `exit_group` that it called, or `thread killed`: the first thread
 * makes them, which is gone even where others go on.
 */
export type Ending = string;

const EXITS: ReadonlySet<string> = new Set(["exit", "exit_group"]);

/** Nobody comes back from such a call. */
export const isExit = (name: string): boolean => EXITS.has(name);

const SIGKILL = 9;

/** @param isHandled the process handles SIGSYS. */
export function endingOf(outcome: Outcome, isHandled: boolean): Ending | undefined {
  if (outcome.kind === "killed")
    return outcome.whole ? (outcome.signal === SIGKILL ? "SIGKILL" : "SIGSYS") : "thread killed";
  return outcome.kind === "signal" && !isHandled ? "SIGSYS" : undefined;
}
