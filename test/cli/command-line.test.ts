import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import manifest from "../../package.json" with { type: "json" };
import { netsim } from "./fake-terminal.ts";

describe("netsim", () => {
  const cases = [
    { name: "--version", have: ["--version"], want: { exitCode: 0, out: `${manifest.version}\n` } },
    { name: "--help", have: ["--help"], want: { exitCode: 0, out: expect.stringContaining("run a topology") } },
    {
      name: "help of a command",
      have: ["run", "--help"],
      want: { exitCode: 0, out: expect.stringContaining("Exit codes") },
    },
    { name: "no command", have: [], want: { exitCode: 2, error: expect.stringContaining("Usage: netsim") } },
  ];
  it.each(cases)("$name", async ({ have, want }) => {
    expect(await netsim(have)).toMatchObject(want);
  });
});

describe("netsim schema", () => {
  it("prints a schema that accepts the examples", async () => {
    const { exitCode, out } = await netsim(["schema"]);
    expect(exitCode).toBe(0);
    const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(JSON.parse(out));
    for (const name of ["quickstart", "dhcp-client", "capture-replay"]) {
      const document = parse(readFileSync(`topologies/${name}.yaml`, "utf8"));
      expect({ name, valid: validate(document), errors: validate.errors }).toMatchObject({ valid: true });
    }
  });

  it("has the keys that a topology's plugins add", async () => {
    const builtIn = await netsim(["schema"]);
    const completed = await netsim(["schema", "topologies/plugin.yaml"]);
    expect(builtIn.out).not.toContain("Pass what the program does not match.");
    expect(completed.out).toContain("Pass what the program does not match.");
  });
});
