import { SEES_FRAMES } from "../../hooks/places.ts";
import type { PacketWrite } from "../program/program-facts.ts";
import type { Rule } from "../rule.ts";

const ETHERNET_HEADER = 14;
/** Bytes of an IPv4 header without options, and where its checksum is (RFC 791). */
const HEADER = 20;
const CHECKSUM = { from: 10, to: 12 } as const;
/** ETH_P_IP, in both byte orders. */
const IPV4: readonly number[] = [0x0800, 0x0008];
/** bpf_l3_csum_replace, bpf_csum_diff. */
const SUMMING: readonly number[] = [10, 28];
const PLACES: readonly string[] = [...SEES_FRAMES, "tc-filter", "tc-action", "tcx-ingress", "tcx-egress"];

/** An IPv4 header that is changed needs another checksum, or the next router or host drops the packet (ip_rcv_core). */
export const staleChecksum: Rule = {
  name: "stale-checksum",
  *check({ uses }) {
    for (const { hook, writes, helpers, comparedWith, program, place } of uses) {
      if (!PLACES.includes(hook.place) || !IPV4.some((type) => comparedWith.has(type))) continue;
      // What is written nobody knows where may be the checksum.
      if (writes.some(({ at }) => at === undefined) || SUMMING.some((helper) => helpers.has(helper))) continue;
      const inHeader = writes.filter((write) => overlaps(write, 0, HEADER));
      if (inHeader.length === 0 || inHeader.some((write) => overlaps(write, CHECKSUM.from, CHECKSUM.to))) continue;
      yield {
        place,
        message: `'${program}' changes bytes of the IPv4 header (${inHeader.map(({ at }) => at! - ETHERNET_HEADER).join(", ")}) and not its checksum: whoever gets the packet drops it.`,
        hint: "Use bpf_l3_csum_replace, or bpf_csum_diff and a write to byte 10 of the header.",
      };
    }
  },
};

function overlaps({ at, bytes }: PacketWrite, from: number, to: number): boolean {
  const begin = at! - ETHERNET_HEADER;
  return begin < to && begin + bytes > from;
}
