import type { Rule } from "../rule.ts";

/** With filters, fq_codel drops what they do not match (fq_codel_classify). */
export const fqCodelDrops: Rule = {
  name: "fq-codel-drops",
  *check({ qdiscs }) {
    for (const { device, qdisc } of qdiscs) {
      const { kind, filters, place } = qdisc;
      if (kind !== "fq_codel" || filters.length === 0 || filters.some((filter) => filter.kind === "matchall")) continue;
      yield {
        place,
        message: `fq_codel at ${device} drops each packet that its filters do not match.`,
        hint: "Let the last filter be a `matchall`, or leave the flows to its own hash.",
      };
    }
  },
};
