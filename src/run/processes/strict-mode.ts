import { ACTION, type ActionName } from "../../hooks/seccomp/action.ts";
import type { Decision } from "../../hooks/seccomp/decide.ts";
import type { Outcome } from "../../hooks/seccomp/outcome.ts";
import type { SeccompCall } from "../../hooks/seccomp/seccomp-data.ts";
import { strictOutcome } from "../../hooks/seccomp/strict.ts";
import type { Architecture } from "../../seccomp/architecture/architecture.ts";
import { strictCalls } from "../../seccomp/architecture/strict-calls.ts";

/** What strict mode makes of a call, said as filters' answers are: the kernel records a killed one as KILL_THREAD. */
export function askedStrictly(
  call: SeccompCall,
  architecture: Architecture,
  threads: number,
): { readonly outcome: Outcome; readonly decision: Decision } {
  const outcome = strictOutcome(call, strictCalls(architecture), threads);
  const action: ActionName = outcome.kind === "run" ? "ALLOW" : "KILL_THREAD";
  return { outcome, decision: { returnValue: ACTION[action], action, data: 0, paths: [] } };
}
