import { describe, expect, it } from "vitest";
import { WITHOUT_VSWITCHD } from "../vswitchd.ts";
import { compare } from "./comparison.ts";

const TABLES = 40;
const SEED = 20240611;

describe.skipIf(WITHOUT_VSWITCHD !== undefined)(
  `frames as ovs-vswitchd sends them (${WITHOUT_VSWITCHD ?? "here"})`,
  () => {
    it(`leave by the same ports, with the same bytes, through ${TABLES} tables`, async () => {
      const { frames, differences } = await compare(TABLES, SEED);
      expect(differences).toEqual([]);
      expect(frames).toBeGreaterThan(0);
    }, 120_000);
  },
);
