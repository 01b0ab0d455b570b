import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { openTopology } from "../src/open-topology.ts";
import { textReporter } from "../src/report/text-reporter.ts";
import { runTopology } from "../src/run-topology.ts";

const EXAMPLES = readdirSync("topologies").filter((name) => name.endsWith(".yaml"));

/* Every example runs, does what it expects, and gives the report in test/golden; `npx vitest -u` records a new one. */
describe("topologies", () => {
  it.each(EXAMPLES)("%s", async (name) => {
    const file = `topologies/${name}`;
    const result = await runTopology(file);
    expect(result.expectations.filter(({ passed }) => !passed)).toEqual([]);
    expect(result.expectations).not.toEqual([]);
    expect(result.exitCode).toBe(0);
    const report = textReporter.render(result, { color: false });
    await expect(report).toMatchFileSnapshot(`golden/${name.replace(".yaml", ".txt")}`);
  });

  it.each(EXAMPLES)("%s gives the same JSON again, byte for byte", async (name) => {
    const file = `topologies/${name}`;
    expect(JSON.stringify(await runTopology(file))).toBe(JSON.stringify(await runTopology(file)));
  });

  it.each(EXAMPLES)("%s says at its beginning what it shows", (name) => {
    expect(readFileSync(`topologies/${name}`, "utf8")).toMatch(/^# yaml-language-server: .*\n# [A-Z]/);
  });

  it("are named after their files", async () => {
    for (const name of EXAMPLES) {
      const { topology } = await openTopology(`topologies/${name}`);
      expect(`${topology.name}.yaml`).toBe(name);
    }
  });
});
