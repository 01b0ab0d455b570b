import { expect, it } from "vitest";
import { type SoundnessTally, trySeed } from "./soundness.ts";

/** `npm run soundness` tries more. */
const SEEDS = Number(process.env.NETSIM_PROGRAMS ?? 250);
const FIRST_SEED = Number(process.env.NETSIM_SEED ?? 1);

it("random programs, and mutants of them, that the verifier accepts never fault", () => {
  const tally: SoundnessTally = { verified: 0, executed: 0, faults: [] };
  for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) trySeed(seed, tally);
  expect(tally.faults).toEqual([]);
  expect(tally.executed).toBeGreaterThan(SEEDS);
});
