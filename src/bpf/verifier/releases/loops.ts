import type { DecodedProgram } from "../../isa/decode.ts";
import { checkControlFlow } from "../program/control-flow.ts";
import { divideProgram } from "../program/subprograms.ts";
import { Refusal } from "../refusal.ts";

/** Slot of the first instruction that closes a loop; undefined where the program has none. */
export function findLoop(program: DecodedProgram): number | undefined {
  if (program.problems.length > 0) return undefined;
  try {
    checkControlFlow(divideProgram(program, new Uint8Array()), new Map(), false);
  } catch (reason) {
    if (!(reason instanceof Refusal)) throw reason;
    if (reason.category === "loop") return reason.index;
  }
  return undefined;
}
