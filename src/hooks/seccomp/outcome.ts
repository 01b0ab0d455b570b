import { type ActionName, dataOf, errnoOf } from "./action.ts";
import { type Decision, decide } from "./decide.ts";
import { isExempt } from "./exempt.ts";
import type { SeccompFilter } from "./filter.ts";
import type { SeccompCall } from "./seccomp-data.ts";

/** The number of the signal that filters send, as everywhere but on mips, alpha, parisc and sparc. */
const SIGSYS = 31;
const ENOSYS = 38;

/** What a supervisor answers to a notification (struct seccomp_notif_resp). */
export type SupervisorAnswer =
  | { readonly kind: "value"; readonly value: bigint }
  /** Positive error number. */
  | { readonly kind: "error"; readonly errno: number }
  /** SECCOMP_USER_NOTIF_FLAG_CONTINUE. */
  | { readonly kind: "continue" }
  /** SECCOMP_IOCTL_NOTIF_ADDFD with SECCOMP_ADDFD_FLAG_SEND: the call gives the descriptor. */
  | { readonly kind: "descriptor"; readonly descriptor: number };

/** What a tracer leaves of a call after PTRACE_EVENT_SECCOMP. */
export type TracerAnswer =
  | { readonly kind: "continue" }
  /** The number was set to -1; the call gives what the tracer put there. */
  | { readonly kind: "skip"; readonly value: bigint }
  | { readonly kind: "change"; readonly call: SeccompCall };

/** Who listens to a thread's filters. */
export interface Listeners {
  /** Absent: no filter has a listener, or it was closed. */
  readonly supervisor?: (call: SeccompCall) => SupervisorAnswer;
  /** Absent: no tracer with PTRACE_O_TRACESECCOMP. @param message what PTRACE_GETEVENTMSG gives. */
  readonly tracer?: (call: SeccompCall, message: number) => TracerAnswer;
}

/** siginfo of a SIGSYS that seccomp sends (SYS_SECCOMP). */
export interface SigsysInfo {
  readonly code: 1;
  /** Lower half of the filter's return value. */
  readonly errno: number;
  readonly callAddress: bigint;
  readonly syscall: number;
  readonly arch: number;
}

/** What becomes of a call. */
export type Outcome =
  /** The call runs; it may be another one than was made. `isLogged`: an audit record is written. */
  | { readonly kind: "run"; readonly call: SeccompCall; readonly isLogged: boolean }
  /** It does not run and gives this. */
  | { readonly kind: "return"; readonly value: bigint }
  | { readonly kind: "error"; readonly errno: number }
  /** The thread gets SIGSYS, and the call does not run. */
  | { readonly kind: "signal"; readonly signal: number; readonly info: SigsysInfo }
  /** The thread or the whole process dies, by SIGSYS or, in strict mode, SIGKILL. */
  | { readonly kind: "killed"; readonly signal: number; readonly whole: boolean; readonly coreDump: boolean };

/**
 * What the kernel does with a call (kernel/seccomp.c, __seccomp_filter).
 * @param threads how many threads the process has: where the last one is killed, the process dies with a core dump.
 */
export function outcomeOf(
  call: SeccompCall,
  filters: readonly SeccompFilter[],
  listeners: Listeners = {},
  threads = 1,
): { readonly outcome: Outcome; readonly decision: Decision } {
  const decision = decide(call, isExempt(call.nr, call.arch) ? [] : filters);
  return { outcome: outcomeOfDecision(call, filters, decision, listeners, threads), decision };
}

/** What comes of a decision; the filters are asked once more where a tracer makes another call of it. */
export function outcomeOfDecision(
  call: SeccompCall,
  filters: readonly SeccompFilter[],
  decision: Decided,
  listeners: Listeners = {},
  threads = 1,
): Outcome {
  return follow(call, filters, decision, listeners, threads, false);
}

/** What filters have decided. */
export type Decided = Pick<Decision, "action" | "returnValue">;

function follow(
  call: SeccompCall,
  filters: readonly SeccompFilter[],
  decision: Decided,
  listeners: Listeners,
  threads: number,
  isRecheck: boolean,
): Outcome {
  const { action, returnValue } = decision;
  switch (action) {
    case "ALLOW":
    case "LOG":
      return { kind: "run", call, isLogged: action === "LOG" };
    case "ERRNO":
      // ERRNO with data 0 skips the call and gives 0.
      return errnoOf(returnValue) === 0
        ? { kind: "return", value: 0n }
        : { kind: "error", errno: errnoOf(returnValue) };
    case "TRAP":
      return {
        kind: "signal",
        signal: SIGSYS,
        info: {
          code: 1,
          errno: dataOf(returnValue),
          callAddress: call.instructionPointer ?? 0n,
          syscall: call.nr,
          arch: call.arch,
        },
      };
    case "TRACE":
      return traced(call, filters, returnValue, listeners, threads, isRecheck);
    case "USER_NOTIF":
      return notified(call, listeners);
    case "KILL_THREAD":
    case "KILL_PROCESS": {
      const whole = action === "KILL_PROCESS" || threads === 1;
      return { kind: "killed", signal: SIGSYS, whole, coreDump: whole };
    }
  }
}

function traced(
  call: SeccompCall,
  filters: readonly SeccompFilter[],
  returnValue: number,
  listeners: Listeners,
  threads: number,
  isRecheck: boolean,
): Outcome {
  if (isRecheck) return { kind: "run", call, isLogged: false };
  if (listeners.tracer === undefined) return { kind: "error", errno: ENOSYS };
  const answer = listeners.tracer(call, dataOf(returnValue));
  if (answer.kind === "skip") return { kind: "return", value: answer.value };
  // The filters run once more on what the tracer left, so that it cannot be made to let anything through; what it left as it was runs.
  if (answer.kind === "continue") return { kind: "run", call, isLogged: false };
  return follow(answer.call, filters, decide(answer.call, filters), listeners, threads, true);
}

function notified(call: SeccompCall, { supervisor }: Listeners): Outcome {
  if (supervisor === undefined) return { kind: "error", errno: ENOSYS };
  const answer = supervisor(call);
  switch (answer.kind) {
    case "continue":
      return { kind: "run", call, isLogged: false };
    case "value":
      return { kind: "return", value: answer.value };
    case "descriptor":
      return { kind: "return", value: BigInt(answer.descriptor) };
    case "error":
      return { kind: "error", errno: answer.errno };
  }
}

/** True for actions whose call a process survives without a signal. */
export function isQuiet(action: ActionName): boolean {
  return action !== "TRAP" && action !== "KILL_PROCESS" && action !== "KILL_THREAD";
}
