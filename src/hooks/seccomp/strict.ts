import type { Outcome } from "./outcome.ts";
import type { SeccompCall } from "./seccomp-data.ts";

const SIGKILL = 9;

/** Numbers of the calls that strict mode leaves: read, write, exit and the return from a signal. */
export type StrictCalls = ReadonlySet<number>;

/**
 * What strict mode does with a call (kernel/seccomp.c, __secure_computing_strict): SIGKILL to the thread for all but four, without a core
 * file.
 * @param threads how many threads the process has.
 */
export function strictOutcome(call: SeccompCall, permitted: StrictCalls, threads = 1): Outcome {
  if (permitted.has(call.nr >>> 0)) return { kind: "run", call, isLogged: false };
  return { kind: "killed", signal: SIGKILL, whole: threads === 1, coreDump: false };
}
