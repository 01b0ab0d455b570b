import type { OutcomeRow } from "../hook.ts";
import type { ActionName } from "./action.ts";

/** The table of what filters return and what the kernel does with the call then (kernel/seccomp.c, __seccomp_filter). */
export const SECCOMP_ROWS: Readonly<Record<ActionName, OutcomeRow>> = {
  KILL_PROCESS: {
    returns: "SECCOMP_RET_KILL_PROCESS 0x80000000, and whatever has no meaning",
    does: "the process dies by SIGSYS",
    fate: "lost",
  },
  KILL_THREAD: {
    returns: "SECCOMP_RET_KILL_THREAD 0",
    does: "the thread dies by SIGSYS, and the process where it is the last one",
    fate: "lost",
  },
  TRAP: { returns: "SECCOMP_RET_TRAP 0x00030000", does: "the call does not run; SIGSYS to the thread", fate: "lost" },
  ERRNO: {
    returns: "SECCOMP_RET_ERRNO 0x00050000",
    does: "the call does not run and gives the error in the lower 16 bits, at most 4095; 0 makes it succeed",
    fate: "lost",
  },
  USER_NOTIF: {
    returns: "SECCOMP_RET_USER_NOTIF 0x7fc00000",
    does: "a supervisor answers; without one ENOSYS",
    fate: "elsewhere",
  },
  TRACE: { returns: "SECCOMP_RET_TRACE 0x7ff00000", does: "a tracer decides; without one ENOSYS", fate: "elsewhere" },
  LOG: { returns: "SECCOMP_RET_LOG 0x7ffc0000", does: "logged, then the call runs", fate: "goes on" },
  ALLOW: { returns: "SECCOMP_RET_ALLOW 0x7fff0000", does: "the call runs", fate: "goes on" },
};
