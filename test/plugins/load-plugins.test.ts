import { dirname } from "node:path";
import { describe, expect, it } from "vitest";
import { NetsimError } from "../../src/errors.ts";
import { loadPlugins } from "../../src/plugins/load-plugins.ts";
import { netsim } from "../cli/fake-terminal.ts";
import { scratch } from "../scratch.ts";

const HOOK = `{ name: "mine", place: "socket", key: "mine", programTypes: ["classic"], outcomes: [{ name: "passed" }], description: "", interpret() {} }`;

async function load(
  files: Readonly<Record<string, string>>,
  specifiers = Object.keys(files).map((name) => `./${name}`),
) {
  const directory = dirname(scratch({ "t.yaml": "", ...files }));
  const place = { file: "t.yaml", line: 3, column: 11 };
  return loadPlugins(specifiers.map((specifier) => ({ specifier, directory, place })));
}

describe("loadPlugins", () => {
  it("imports modules relative to the topology, in order", async () => {
    const have = await load({
      "one.mjs": `export default { name: "one", hooks: [${HOOK}] };`,
      "two.mjs": `export default { name: "two" };`,
    });
    expect(have.map(({ name }) => name)).toEqual(["one", "two"]);
  });

  const bad = [
    { name: "a module that is not there", text: undefined, want: "Cannot find module" },
    { name: "a module that throws", text: "throw new Error('no luck');", want: "no luck" },
    { name: "no default export", text: "export const hooks = [];", want: "not a plugin" },
    { name: "no name", text: "export default {};", want: "no name" },
    { name: "hooks that are no list", text: 'export default { name: "x", hooks: {} };', want: "'hooks' is not a list" },
    {
      name: "a hook without its functions",
      text: 'export default { name: "x", hooks: [{ name: "y", place: "socket", key: "y", programTypes: [] }] };',
      want: "hooks[0] lacks outcomes, interpret",
    },
    {
      name: "a hook for a place that there is not",
      text: `export default { name: "x", hooks: [${HOOK.replace('"socket"', '"moon"')}] };`,
      want: "hooks[0] is for the place 'moon'; there are socket",
    },
    {
      name: "a thing that is nothing",
      text: 'export default { name: "x", engines: [null] };',
      want: "engines[0] lacks",
    },
  ];
  it.each(bad)("refuses $name", async ({ text, want }) => {
    const files: Record<string, string> = text === undefined ? {} : { "p.mjs": text };
    const error = await load(files, ["./p.mjs"]).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(NetsimError);
    const [diagnostic] = (error as NetsimError).diagnostics;
    expect(diagnostic).toMatchObject({ code: "plugin-unloadable", place: { line: 3, column: 11 } });
    expect(diagnostic!.message).toContain(want);
  });

  it("tells the problems of all modules at once", async () => {
    const error = await load({ "a.mjs": "export default 1;", "b.mjs": "export default {};" }).catch((e: unknown) => e);
    expect((error as NetsimError).diagnostics).toHaveLength(2);
  });

  it("tells of a plugin's mistakes while it runs as the plugin's, not as a bug in netsim", async () => {
    const interpret = "interpret() { return undefined.action; }";
    const plugin = `export default { name: "clumsy", hooks: [${HOOK.replace("interpret() {}", interpret)}] };`;
    const topology = `plugins: [./p.mjs]
nodes:
  a: { kind: host, interfaces: { eth0: { address: 10.0.0.1/24 } } }
  b:
    kind: host
    interfaces: { eth0: { address: 10.0.0.2/24 } }
    sockets: { s: { kind: packet, mine: { classic: "ret #1" } } }
links: [{ endpoints: ["a:eth0", "b:eth0"] }]
traffic: [{ from: a, to: b, flow: icmp }]
`;
    const { exitCode, error } = await netsim(["run", scratch({ "t.yaml": topology, "p.mjs": plugin })]);
    expect(exitCode).toBe(3);
    expect(error).toMatch(
      /t\.yaml:1:\d+: error\[plugin-failed\]: The plugin 'clumsy' made a mistake in 'interpret' of 'mine'/,
    );
    expect(error).toMatch(/hint: It happened at .*p\.mjs:\d+:\d+/);
  });
});
