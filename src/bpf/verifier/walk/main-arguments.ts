import { Refusal } from "../refusal.ts";
import type { Walk } from "./walk.ts";

/**
 * What BTF says of the program's own arguments is looked at before it is walked. That they are none that a global function may have is no obstacle:
 * the log tells of it (do_check_common).
 */
export function noteMainArguments(walk: Walk): void {
  if (walk.log.level === 0 || !walk.isGlobal(0)) return;
  try {
    walk.argumentsOf(0);
  } catch (reason) {
    if (!(reason instanceof Refusal)) throw reason;
    if (reason.category !== "unsupported") for (const line of reason.lines) walk.log.line(line);
  }
}
