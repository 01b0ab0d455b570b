import type { ClassicInstruction } from "../../bpf/classic/instruction.ts";
import type { ProgramFacts } from "./program-facts.ts";

const [RETURN_CONSTANT, RETURN_A, JUMP_EQUAL] = [0x06, 0x16, 0x15];
/** Loads of A and X from the packet, absolute and indexed. */
const LOADS: readonly number[] = [0x20, 0x28, 0x30, 0x40, 0x48, 0x50, 0xb1];
const NONE: ReadonlySet<number> = new Set();

/** The same of a classic program: offsets below zero are no part of the packet. */
export function classicFacts(instructions: readonly ClassicInstruction[]): ProgramFacts {
  const returns = instructions.filter(({ code }) => code === RETURN_CONSTANT).map(({ k }) => k | 0);
  return {
    returns: [...new Set(returns)],
    isComplete: instructions.every(({ code }) => code !== RETURN_A),
    helpers: NONE,
    mapCalls: [],
    writes: [],
    contextReads: NONE,
    comparedWith: new Set(instructions.flatMap(({ code, k }) => (code === JUMP_EQUAL ? [k] : []))),
    endsOutside: instructions.some(({ code, k }) => LOADS.includes(code) && (k | 0) >= 0),
  };
}
