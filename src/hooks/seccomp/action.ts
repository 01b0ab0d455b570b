/** SECCOMP_RET_*: the upper half of a filter's return value (linux/seccomp.h). */
export const ACTION = {
  KILL_PROCESS: 0x8000_0000,
  KILL_THREAD: 0x0000_0000,
  TRAP: 0x0003_0000,
  ERRNO: 0x0005_0000,
  USER_NOTIF: 0x7fc0_0000,
  TRACE: 0x7ff0_0000,
  LOG: 0x7ffc_0000,
  ALLOW: 0x7fff_0000,
} as const;

export type ActionName = keyof typeof ACTION;

/** SECCOMP_RET_ACTION_FULL: the part of a return value that says what is done. */
const ACTION_MASK = 0xffff_0000;
/** SECCOMP_RET_DATA: the part that goes with it. */
const DATA_MASK = 0xffff;

/** MAX_ERRNO: the largest error number that a call can give. */
export const MAX_ERRNO = 4095;

const NAMES: ReadonlyMap<number, ActionName> = new Map(
  Object.entries(ACTION).map(([name, value]) => [value, name as ActionName]),
);

/** The upper half of a return value, unsigned. */
export function actionOf(returnValue: number): number {
  return (returnValue & ACTION_MASK) >>> 0;
}

/** The lower half. */
export function dataOf(returnValue: number): number {
  return returnValue & DATA_MASK;
}

/** The action that a return value's upper half names; undefined for one that the kernel has no name for, which kills the process. */
export function actionName(returnValue: number): ActionName | undefined {
  return NAMES.get(actionOf(returnValue));
}

/** What the kernel does upon a return value: __seccomp_filter of kernel/seccomp.c takes unknown actions as KILL_PROCESS. */
export function effectOf(returnValue: number): ActionName {
  return actionName(returnValue) ?? "KILL_PROCESS";
}

/** True where `a` goes before `b`: seccomp_run_filters compares the upper halves as signed numbers, and the lowest wins. */
export function isStricter(a: number, b: number): boolean {
  return (a & ACTION_MASK) < (b & ACTION_MASK);
}

/** True for actions upon which the call itself runs. */
export function runsCall(action: ActionName): boolean {
  return action === "ALLOW" || action === "LOG";
}

/** The error number of a return value with ERRNO: never more than MAX_ERRNO. */
export function errnoOf(returnValue: number): number {
  return Math.min(dataOf(returnValue), MAX_ERRNO);
}

/** A return value as one reads it: `ALLOW`, `ERRNO(1)`, `TRACE(7)`, `TRAP(3)`; unknown ones as `UNKNOWN(0x12340000)`. */
export function describeAction(returnValue: number): string {
  const name = actionName(returnValue);
  const data = dataOf(returnValue);
  if (name === undefined) return `UNKNOWN(0x${(returnValue >>> 0).toString(16).padStart(8, "0")})`;
  if (name === "ERRNO" || name === "TRACE") return `${name}(${data})`;
  return data === 0 ? name : `${name}(${data})`;
}

/** Puts a return value together, unsigned. @param data 0..65535. */
export function returnValue(name: ActionName, data = 0): number {
  return (ACTION[name] | (data & DATA_MASK)) >>> 0;
}
