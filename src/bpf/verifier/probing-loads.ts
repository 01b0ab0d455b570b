import type { DecodedProgram } from "../isa/decode.ts";
import type { InstructionInsight } from "./insights.ts";
import { baseOf, FLAG, TYPE } from "./state/register-type.ts";

/**
 * Slots of loads through pointers to the kernel's structs, and to what only such lead to: nobody vouches for what is there. Linux makes
 * those of pointers that are not trusted loads that may fault and then give 0 (convert_ctx_accesses); here all are, since whatever is
 * trusted can be read anyway.
 */
export function probingLoads(
  { instructions }: DecodedProgram,
  insight: (index: number) => InstructionInsight,
): ReadonlySet<number> {
  const found = new Set<number>();
  for (const it of instructions) {
    if (it?.kind !== "load") continue;
    const { pointerType = 0 } = insight(it.index);
    const base = baseOf(pointerType);
    const isUntrusted = (pointerType & FLAG.untrusted) !== 0;
    if ((base === TYPE.struct && (pointerType & FLAG.allocated) === 0) || (base === TYPE.memory && isUntrusted))
      found.add(it.index);
  }
  return found;
}
