import type { Rule } from "../rule.ts";

const [LOOKUP_AND_UPDATE, DELETE] = [2, 3];
const BITS = 8;

/** A hash that only ever grows is full one day: from then on updates fail with E2BIG, which few programs look at. */
export const mapFills: Rule = {
  name: "map-fills",
  *check({ maps }) {
    for (const { name, type, keySize, maxEntries, helpers, isSwept, place } of maps) {
      const isHash = type === "hash" || type === "percpu_hash";
      const fits = 2 ** (keySize * BITS) <= maxEntries;
      if (!isHash || fits || isSwept || !helpers.has(LOOKUP_AND_UPDATE) || helpers.has(DELETE)) continue;
      yield {
        place,
        message: `Programs put entries into the map '${name}' and nobody ever deletes one: once it has its ${maxEntries} entries, new keys are not taken (E2BIG).`,
        hint: `Make it lru_${type}, delete what is done with, or let it hold as many entries as there are keys.`,
      };
    }
  },
};
