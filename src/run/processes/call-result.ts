import type { Outcome } from "../../hooks/seccomp/outcome.ts";
import type { Architecture } from "../../seccomp/architecture/architecture.ts";
import { syscallName } from "../../seccomp/architecture/syscalls.ts";
import { errnoName } from "../../seccomp/constants.ts";
import type { CallResult } from "../result.ts";

const SIGKILL = 9;

/** What the result says of a call's outcome. */
export type ShownOutcome = Omit<CallResult, "call" | "nr" | "args" | "answer">;

/**
 * @param result what the call gives where it runs.
 * @param afterSignal what it gives where SIGSYS is handled; absent: nobody handles it.
 * @param isDumpable false: no core file is written (PR_SET_DUMPABLE).
 */
export function shownOutcome(
  outcome: Outcome,
  architecture: Architecture,
  result: bigint,
  afterSignal: bigint | undefined,
  isDumpable: boolean,
): ShownOutcome {
  switch (outcome.kind) {
    case "run": {
      const name = syscallName(outcome.call.nr, architecture) ?? `${outcome.call.nr}`;
      return { outcome: "runs", ran: name, value: `${result}`, ...(outcome.isLogged ? { logged: true } : {}) };
    }
    case "return":
      return { outcome: "returns", value: `${outcome.value}` };
    case "error":
      return { outcome: "fails", errno: errnoName(outcome.errno) ?? `${outcome.errno}` };
    case "signal": {
      const { syscall, errno } = outcome.info;
      return {
        outcome: "signal",
        signal: "SIGSYS",
        siginfo: { syscall, arch: architecture.name, errno },
        ...(afterSignal === undefined ? { coreDump: isDumpable } : { value: `${afterSignal}` }),
      };
    }
    case "killed":
      return {
        outcome: "killed",
        signal: outcome.signal === SIGKILL ? "SIGKILL" : "SIGSYS",
        coreDump: outcome.coreDump && isDumpable,
      };
  }
}
