import { type ActionName, returnValue } from "../../hooks/seccomp/action.ts";
import { ALL_BITS, type Condition, type ConditionOperator } from "./profile.ts";

/** SCMP_ACT_ constants, as they are behind that beginning. */
export const SCMP_ACTIONS: Readonly<Record<string, ActionName>> = {
  ALLOW: "ALLOW",
  ERRNO: "ERRNO",
  KILL: "KILL_THREAD",
  KILL_PROCESS: "KILL_PROCESS",
  KILL_THREAD: "KILL_THREAD",
  LOG: "LOG",
  NOTIFY: "USER_NOTIF",
  TRACE: "TRACE",
  TRAP: "TRAP",
};

/** SCMP_CMP_ constants, as they are behind that beginning. */
export const SCMP_OPERATORS: Readonly<Record<string, ConditionOperator | "masked">> = {
  NE: "ne",
  LT: "lt",
  LE: "le",
  EQ: "eq",
  GE: "ge",
  GT: "gt",
  MASKED_EQ: "masked",
};

/** True for actions whose data a profile gives. */
export function takesErrno(action: ActionName): boolean {
  return action === "ERRNO" || action === "TRACE";
}

/** The return value of an action: what takes data has the given number, anything else none. */
export function actionValue(action: ActionName, data: number): number {
  return returnValue(action, takesErrno(action) ? data : 0);
}

/** A comparison as libseccomp has it; with `masked`, `value` is the mask and `second` what is compared with. */
export function scmpCondition(
  argument: number,
  operator: ConditionOperator | "masked",
  value: bigint,
  second: bigint,
): Condition {
  return operator === "masked"
    ? { argument, operator: "eq", value: second, mask: value }
    : { argument, operator, value, mask: ALL_BITS };
}
