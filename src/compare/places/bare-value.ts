import type { Hook } from "../../hooks/hook.ts";
import { describeAction, effectOf, errnoOf } from "../../hooks/seccomp/action.ts";
import { SECCOMP_ROWS } from "../../hooks/seccomp/rows.ts";
import type { ProgramSource } from "../../topology/model.ts";
import type { PlaceOutcome } from "./outcome.ts";

const CLASSIC = "classic";

/** The number that a text is, as 32 bits unsigned; undefined where it is none or too large. */
export function parseReturnValue(text: string): number | undefined {
  if (!/^(-?\d+|0x[0-9a-f]+)$/i.test(text)) return undefined;
  const value = Number(text);
  return value >= -0x8000_0000 && value <= 0xffff_ffff ? value >>> 0 : undefined;
}

/** A program that returns the value and does nothing else, in a form that the hook takes. */
export function returning(value: number, { programTypes }: Hook): ProgramSource {
  const isClassic = programTypes.includes(CLASSIC);
  const file = `return ${value}`;
  return {
    name: file,
    language: isClassic ? CLASSIC : "extended",
    text: isClassic ? `ret #${value}` : `w0 = ${value | 0}\nexit`,
    options: {},
    file,
    lineOffset: 0,
    place: { file },
  };
}

/** What a filter of system calls that returns the value does with a call. */
export function outcomeAtSeccomp(returned: number): PlaceOutcome {
  const action = effectOf(returned);
  const errno = action === "ERRNO" ? errnoOf(returned) : action === "USER_NOTIF" || action === "TRACE" ? ENOSYS : 0;
  const signal = action.startsWith("KILL") || action === "TRAP" ? "SIGSYS" : undefined;
  return {
    place: "seccomp",
    returned,
    verdict: describeAction(returned),
    row: SECCOMP_ROWS[action],
    ...(errno > 0 && { errno }),
    ...(signal && { signal }),
    changes: {},
    endedByLoad: false,
  };
}

const ENOSYS = 38;
