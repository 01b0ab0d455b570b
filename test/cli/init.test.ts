import { existsSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { scratch } from "../scratch.ts";
import { netsim } from "./fake-terminal.ts";

const FILES = [
  "topology.yaml",
  "programs/web-only.bpf",
  "tests/web-only.yaml",
  "topology.schema.json",
  "test.schema.json",
];

describe("netsim init", () => {
  it("writes what runs and passes its tests", async () => {
    const directory = join(scratch(), "new", "network");
    const { exitCode, out, error } = await netsim(["init", directory]);
    expect(exitCode).toBe(0);
    expect(error.trimEnd().split("\n")).toEqual(FILES.map((file) => `wrote ${join(directory, file)}`));
    const shown = [...out.matchAll(/^ {2}netsim (\w+) (\S+)$/gm)].map(([, command, path]) => [command!, path!]);
    expect(shown.map(([command]) => command)).toEqual(["run", "test"]);
    const [run, test] = await Promise.all(shown.map((words) => netsim(words)));
    expect(run).toMatchObject({ exitCode: 0, out: expect.stringContaining("all as expected") });
    expect(test).toMatchObject({ exitCode: 0, out: expect.stringContaining("5 passed") });
  });

  it.each(["topology.yaml", "tests/web-only.yaml"])(
    "names in the file the schema that it wrote, which accepts it: %s",
    async (file) => {
      const directory = scratch();
      await netsim(["init", directory]);
      const text = readFileSync(join(directory, file), "utf8");
      const [, named] = /^# yaml-language-server: \$schema=(.+)\n/.exec(text)!;
      const schema = JSON.parse(readFileSync(join(directory, dirname(file), named!), "utf8"));
      const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(schema);
      expect({ valid: validate(parse(text)), errors: validate.errors }).toMatchObject({ valid: true });
    },
  );

  it("writes nothing where files are there, and names them all", async () => {
    const directory = join(scratch({ "topology.yaml": "mine", "tests/web-only.yaml": "mine" }), "..");
    symlinkSync("nowhere", join(directory, "topology.schema.json"));
    const { exitCode, out, error } = await netsim(["init", directory]);
    expect({ exitCode, out }).toEqual({ exitCode: 3, out: "" });
    for (const file of ["topology.yaml", "tests/web-only.yaml", "topology.schema.json"])
      expect(error).toContain(`'${join(directory, file)}' is there already`);
    expect(error).toContain("3 errors");
    expect(readFileSync(join(directory, "topology.yaml"), "utf8")).toBe("mine");
    expect(readdirSync(directory).sort()).toEqual(["tests", "topology.schema.json", "topology.yaml"]);
  });

  it.each(["file", "file/below"])("says that a directory cannot be made: %s", async (name) => {
    const directory = join(scratch({ file: "" }), "..");
    const { exitCode, error } = await netsim(["init", join(directory, name)]);
    expect(exitCode).toBe(3);
    expect(error).toContain("error[file-unwritable]");
    expect(existsSync(join(directory, name, "topology.yaml"))).toBe(false);
  });
});
