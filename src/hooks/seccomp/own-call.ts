import { SECCOMP_ERRNO, type SeccompThread } from "./thread.ts";

const [PR_GET_DUMPABLE, PR_SET_DUMPABLE] = [3n, 4n];
const [PR_GET_SECCOMP, PR_SET_SECCOMP] = [21n, 22n];
const [PR_SET_NO_NEW_PRIVS, PR_GET_NO_NEW_PRIVS] = [38n, 39n];
const MODES = { off: 0n, strict: 1n, filter: 2n } as const;
const SET_MODE_STRICT = 0n;
/** SECCOMP_GET_NOTIF_SIZES */
const LAST_OPERATION = 3n;
const REFUSED = BigInt(-SECCOMP_ERRNO.EINVAL);

/**
 * What a call that runs gives where it is about the caller's own seccomp state, privileges or core files, which it changes (kernel/seccomp.c,
 * prctl_set_seccomp and do_seccomp; kernel/sys.c, prctl). Undefined for all other calls, and for those whose meaning stands in memory.
 */
export function ownCall(thread: SeccompThread, name: string, args: readonly bigint[]): bigint | undefined {
  const arg = (index: number) => args[index] ?? 0n;
  if (name === "seccomp") return seccomp(thread, BigInt.asUintN(32, arg(0)), arg(1), arg(2));
  return name === "prctl" ? prctl(thread, BigInt.asUintN(32, arg(0)), arg) : undefined;
}

function seccomp(thread: SeccompThread, operation: bigint, flags: bigint, pointer: bigint): bigint | undefined {
  if (operation > LAST_OPERATION) return REFUSED;
  if (operation !== SET_MODE_STRICT) return undefined;
  return BigInt.asUintN(32, flags) === 0n && pointer === 0n ? BigInt(-thread.setStrict()) : REFUSED;
}

function prctl(thread: SeccompThread, option: bigint, arg: (index: number) => bigint): bigint | undefined {
  const isBare = (from: number) => [1, 2, 3, 4].slice(from - 1).every((index) => arg(index) === 0n);
  switch (option) {
    case PR_GET_SECCOMP:
      return MODES[thread.mode];
    case PR_SET_SECCOMP:
      if (arg(1) === MODES.strict) return BigInt(-thread.setStrict());
      return arg(1) === MODES.filter ? undefined : REFUSED;
    case PR_SET_NO_NEW_PRIVS:
      if (arg(1) !== 1n || !isBare(2)) return REFUSED;
      thread.noNewPrivileges = true;
      return 0n;
    case PR_GET_NO_NEW_PRIVS:
      return isBare(1) ? BigInt(thread.noNewPrivileges) : REFUSED;
    case PR_SET_DUMPABLE:
      if (arg(1) > 1n) return REFUSED;
      thread.isDumpable = arg(1) === 1n;
      return 0n;
    case PR_GET_DUMPABLE:
      return BigInt(thread.isDumpable);
    default:
      return undefined;
  }
}
