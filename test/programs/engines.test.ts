import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { builtInEngines } from "../../src/programs/built-in.ts";
import { runTopology } from "../../src/run-topology.ts";

const DIRECTORY = new URL("../../topologies/", import.meta.url).pathname;
const TOPOLOGIES = readdirSync(DIRECTORY).filter((name) => name.endsWith(".yaml"));

describe("the engines", () => {
  it.each(TOPOLOGIES)("give the same result for %s", async (name) => {
    const results = [];
    for (const engine of builtInEngines) results.push(await runTopology(DIRECTORY + name, { engine: engine.name }));
    const [reference, ...others] = results.map(({ engine, ...result }) => result);
    for (const other of others) expect(other).toEqual(reference);
  });
});
