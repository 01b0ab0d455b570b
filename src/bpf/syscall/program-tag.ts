import { createHash } from "node:crypto";
import { LOAD_IMMEDIATE_64, PSEUDO } from "../isa/opcodes.ts";

/** What tells programs apart: the first 8 bytes of their digest, without the descriptors of maps (bpf_prog_calc_tag, Linux 6.18). */
export function programTag(instructions: Uint8Array): string {
  const bytes = instructions.slice();
  for (let at = 0; at + 16 <= bytes.length; at += 8) {
    if (bytes[at] !== LOAD_IMMEDIATE_64) continue;
    const source = bytes[at + 1]! >>> 4;
    if (source === PSEUDO["map-fd"] || source === PSEUDO["map-value"]) {
      bytes.fill(0, at + 4, at + 8);
      bytes.fill(0, at + 12, at + 16);
    }
    at += 8;
  }
  return createHash("sha256").update(bytes).digest("hex").slice(0, 16);
}
