import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { runTopology } from "../src/index.ts";

const built = existsSync("dist/index.js");

describe("library", () => {
  it("gives the result object that --json prints", async () => {
    const result = await runTopology("topologies/quickstart.yaml");
    expect(result).toMatchObject({ schemaVersion: 1, exitCode: 0, topology: { name: "quickstart" } });
    expect(JSON.parse(JSON.stringify(result))).toEqual(result);
  });

  it.skipIf(!built)("is what `import from 'netsim'` gives (needs `npm run build`)", () => {
    const script = `import { runTopology, NetsimError } from "netsim";
      const result = await runTopology("topologies/quickstart.yaml", { seed: 2n });
      const error = await runTopology("nowhere.yaml").catch((e) => e instanceof NetsimError);
      console.log(result.seed, result.exitCode, error);`;
    const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" });
    expect({ stdout, stderr }).toEqual({ stdout: "2 0 true\n", stderr: "" });
  });
});
