import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { mutate, outcome } from "./mutations.ts";

const POLICIES = new URL("../../../policies/", import.meta.url).pathname;
const OBJECTS = readdirSync(POLICIES).filter((name) => name.endsWith(".o"));
const MUTATIONS = 20_000;

describe("objects with something wrong in them", () => {
  it(`${MUTATIONS} mutations are read or refused, and nothing else`, () => {
    const objects = OBJECTS.map((name) => new Uint8Array(readFileSync(POLICIES + name)));
    const counts = { read: 0, refused: 0 };
    for (let seed = 0; seed < MUTATIONS; seed++) counts[outcome(mutate(objects[seed % objects.length]!, seed))]++;
    // Both must be common, or the mutations do not do what they are for.
    expect(counts.read).toBeGreaterThan(MUTATIONS / 20);
    expect(counts.refused).toBeGreaterThan(MUTATIONS / 20);
  });
});
