import { type ActionName, dataOf, describeAction, errnoOf, returnValue } from "./action.ts";
import type { Decision } from "./decide.ts";
import type { Outcome } from "./outcome.ts";
import type { SeccompCall } from "./seccomp-data.ts";

const SIGSYS = 31;

/** What can be seen of filters' decision on a call without making the call. */
export type SeenDecision =
  /** Not refused: ALLOW, LOG, or TRACE and USER_NOTIF, which nobody listens to. */
  | { readonly kind: "passes" }
  /** 0: the call gives 0. */
  | { readonly kind: "error"; readonly errno: number }
  /** SIGSYS. @param data lower half of the filter's value. */
  | { readonly kind: "trap"; readonly data: number }
  | { readonly kind: "killed" };

/** Asks somebody else than the simulation, as a kernel, what filters do. */
export interface FilterWitness {
  /** Why it cannot be asked about a call, as a sentence; undefined where it can. */
  whyNot(call: SeccompCall): string | undefined;
  /** @param filters in the order in which they are installed. Throws a NetsimError where they cannot be. */
  decide(filters: readonly SeenFilter[], call: SeccompCall): SeenDecision;
}

/** A filter as it is installed. */
export interface SeenFilter {
  readonly program: readonly { readonly code: number; readonly jt: number; readonly jf: number; readonly k: number }[];
}

/** What would be seen of a decision. */
export function seenOf({ action, returnValue: value }: Decision): SeenDecision {
  switch (action) {
    case "ERRNO":
      return { kind: "error", errno: errnoOf(value) };
    case "TRAP":
      return { kind: "trap", data: dataOf(value) };
    case "KILL_THREAD":
    case "KILL_PROCESS":
      return { kind: "killed" };
    default:
      return { kind: "passes" };
  }
}

/** The action and data that would be seen so, as `describeAction` writes them. */
export function describeSeen(seen: SeenDecision): string {
  const action: Readonly<Record<SeenDecision["kind"], ActionName>> = {
    passes: "ALLOW",
    error: "ERRNO",
    trap: "TRAP",
    killed: "KILL_PROCESS",
  };
  const data = seen.kind === "error" ? seen.errno : seen.kind === "trap" ? seen.data : 0;
  return describeAction(returnValue(action[seen.kind], data));
}

/** What becomes of a call that was decided on so, where nobody listens. */
export function outcomeSeen(call: SeccompCall, seen: SeenDecision): Outcome {
  switch (seen.kind) {
    case "passes":
      return { kind: "run", call, isLogged: false };
    case "error":
      return seen.errno === 0 ? { kind: "return", value: 0n } : { kind: "error", errno: seen.errno };
    case "trap": {
      const info = { code: 1, errno: seen.data, callAddress: 0n, syscall: call.nr, arch: call.arch } as const;
      return { kind: "signal", signal: SIGSYS, info };
    }
    case "killed":
      return { kind: "killed", signal: SIGSYS, whole: true, coreDump: true };
  }
}

/**
 * What becomes of a call, and the answer in words: the simulation's where the witness sees the same, else the witness's.
 */
export function witnessed(
  witness: FilterWitness | undefined,
  call: SeccompCall,
  filters: readonly SeenFilter[],
  { outcome, decision }: { readonly outcome: Outcome; readonly decision: Decision },
): { readonly outcome: Outcome; readonly answer: string } {
  const seen = witness?.decide(filters, call);
  if (seen === undefined || describeSeen(seen) === describeSeen(seenOf(decision)))
    return { outcome, answer: describeAction(decision.returnValue) };
  return { outcome: outcomeSeen(call, seen), answer: describeSeen(seen) };
}
