import type { InstructionInsight } from "./insights.ts";

const [JUMP_CLASS, JUMP32_CLASS] = [5, 6];
const ALWAYS = 0x05;
const CALL = 0x85;
const PSEUDO_CALL = 1;
/** r0 = 0 */
const NOTHING = [0xb7, 0, 0, 0, 0, 0, 0, 0];

/**
 * A program as Linux runs it: branches that the walk found to go one way only are made jumps
 * (opt_hard_wire_dead_code_branches), and calls that it never came to are none (sanitize_dead_code): what they name need not be there.
 * Where the verifier's reasoning about packets' ends goes wrong, as it does for a pointer beyond the end that is moved back, that
 * decides what the program does. Returns the bytes given where there is nothing to change.
 */
export function hardWired(bytes: Uint8Array, insight: (index: number) => InstructionInsight): Uint8Array {
  let wired: Uint8Array | undefined;
  for (let at = 0; at < bytes.length; at += 8) {
    const group = bytes[at]! & 7;
    if (group !== JUMP_CLASS && group !== JUMP32_CLASS) continue;
    const { alwaysJumps, dead } = insight(at / 8);
    const isDeadCall = dead && bytes[at] === CALL && bytes[at + 1]! >> 4 !== PSEUDO_CALL;
    if (alwaysJumps === undefined && !isDeadCall) continue;
    wired ??= Uint8Array.from(bytes);
    if (isDeadCall) {
      wired.set(NOTHING, at);
      continue;
    }
    const offset = alwaysJumps ? [bytes[at + 2]!, bytes[at + 3]!] : [0, 0];
    wired.set([ALWAYS, 0, ...offset, 0, 0, 0, 0], at);
  }
  return wired ?? bytes;
}
