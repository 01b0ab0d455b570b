import { SEES_FRAMES } from "../../hooks/places.ts";
import type { Rule } from "../rule.ts";

const [LOAD_HALF, JUMP_EQUAL] = [0x28, 0x15];
const ETHERTYPE_AT = 12;
const TPIDS: readonly number[] = [0x8100, 0x88a8, 0x9100];
/** The same as a little-endian machine loads them. */
const SWAPPED: readonly number[] = [0x0081, 0xa888, 0x0091];
/** vlan_present, vlan_tci and vlan_proto of struct __sk_buff. */
const TAG_FIELDS: readonly number[] = [20, 24, 28];
/** A received tag lies beside the packet: its ethertype is not in the bytes. */
export const tagInBytes: Rule = {
  name: "tag-in-bytes",
  *check({ uses }) {
    for (const { loaded, hook, comparedWith, contextReads, program, place } of uses) {
      // They see frames before the tag is moved out of them.
      if (SEES_FRAMES.includes(hook.place)) continue;
      const isLost =
        loaded.form === "classic"
          ? looksInBytes(loaded.instructions)
          : [...TPIDS, ...SWAPPED].some((tpid) => comparedWith.has(tpid)) &&
            !TAG_FIELDS.some((offset) => contextReads.has(offset));
      if (isLost)
        yield {
          place,
          message: `'${program}' looks for a VLAN tag in the packet's bytes, where Linux has moved it away.`,
          hint:
            loaded.form === "classic"
              ? "Use the ancillary loads `vlan_avail` and `vlan_tci`; filter expressions do."
              : "Read vlan_present and vlan_tci of the context; only XDP sees the tag in the bytes.",
        };
    }
  },
};

function looksInBytes(instructions: readonly { readonly code: number; readonly k: number }[]): boolean {
  const reads = instructions.some(({ code, k }) => code === LOAD_HALF && k === ETHERTYPE_AT);
  const asks = instructions.some(({ code, k }) => code === JUMP_EQUAL && TPIDS.includes(k));
  // Ancillary loads of the tag, from SKF_AD_OFF + 44 on.
  const looksBeside = instructions.some(({ k }) => [44, 48, 60].includes((k | 0) + 0x1000));
  return reads && asks && !looksBeside;
}
