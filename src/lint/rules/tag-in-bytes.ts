import type { Rule } from "../rule.ts";

const [LOAD_HALF, JUMP_EQUAL] = [0x28, 0x15];
const ETHERTYPE_AT = 12;
const TPIDS: readonly number[] = [0x8100, 0x88a8, 0x9100];

/** A received tag lies beside the packet: its ethertype is not in the bytes. */
export const tagInBytes: Rule = {
  name: "tag-in-bytes",
  *check({ uses }) {
    for (const { loaded, program, place } of uses) {
      if (loaded.form !== "classic") continue;
      const { instructions } = loaded;
      const reads = instructions.some(({ code, k }) => code === LOAD_HALF && k === ETHERTYPE_AT);
      const asks = instructions.some(({ code, k }) => code === JUMP_EQUAL && TPIDS.includes(k));
      // Ancillary loads of the tag, from SKF_AD_OFF + 44 on.
      const looksBeside = instructions.some(({ k }) => [44, 48, 60].includes((k | 0) + 0x1000));
      if (reads && asks && !looksBeside)
        yield {
          place,
          message: `'${program}' looks for a VLAN tag in the packet's bytes, where Linux has moved it away.`,
          hint: "Use the ancillary loads `vlan_avail` and `vlan_tci`; filter expressions do.",
        };
    }
  },
};
