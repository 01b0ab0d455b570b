import { describe, expect, it } from "vitest";
import { compare } from "./comparison.ts";
import { WITHOUT_VSWITCHD } from "./vswitchd.ts";

const TABLES = 50;
const SEED = 20240611;

describe.skipIf(WITHOUT_VSWITCHD !== undefined)(
  `translation as ovs-vswitchd does it (${WITHOUT_VSWITCHD ?? "here"})`,
  () => {
    it(`gives the same actions and the same masks for ${TABLES * 8} packets`, () => {
      expect(compare(TABLES, SEED)).toEqual([]);
    }, 60_000);
  },
);
