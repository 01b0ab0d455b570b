import { copyFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { NetsimError } from "../../src/errors.ts";
import { builtInEngines } from "../../src/programs/built-in.ts";
import { runTopology } from "../../src/run-topology.ts";
import { scratch } from "../scratch.ts";

/** A topology with one program, at the egress of `a`; the object lies beside it. */
function withObject(program: string, more = "", side = "egress"): string {
  const file = scratch({
    "t.yaml": `
programs: { p: ${program} }
${more}
nodes:
  a:
    kind: host
    interfaces: { eth0: { address: 10.0.0.1/24 } }
    tc: { eth0: { ${side}: [{ program: p, direct-action: true }] } }
  b: { kind: host, interfaces: { eth0: { address: 10.0.0.2/24 } }, sockets: { s: { kind: udp, port: 7 } } }
links: [{ endpoints: ["a:eth0", "b:eth0"], delay: 1us }]
traffic: [{ from: a, to: b, flow: udp, port: 7, bytes: 8, count: 3, every: 1ms }]
`,
    "broken.o": "not an object",
  });
  copyFileSync("policies/classify.o", join(dirname(file), "classify.o"));
  return file;
}

describe("programs of objects", () => {
  it.each(builtInEngines.map(({ name }) => name))(
    "run on the %s, with their variables in the result",
    async (engine) => {
      const { maps, programs } = await runTopology(withObject("{ object: classify.o }"), { engine });
      expect(programs).toMatchObject([{ type: "sched_cls", attachments: [{ runs: 4, ok: 4 }] }]);
      expect(maps).toMatchObject([
        { name: ".rodata", entries: [{ value: { major: 1 } }] },
        { name: ".bss", entries: [{ value: { packets: { 0: 0, 1: 0, 2: 4 } } }] },
      ]);
    },
  );

  const refused: { name: string; program: string; more?: string; side?: string; want: string; exitCode: number }[] = [
    {
      name: "a section that there is not",
      program: "{ object: classify.o, section: xdp }",
      want: "no such program: 'xdp'",
      exitCode: 3,
    },
    {
      name: "a function that there is not",
      program: "{ object: classify.o, function: classifi }",
      want: "no such program: 'classifi'",
      exitCode: 3,
    },
    { name: "what is no object", program: "{ object: broken.o }", want: "ELF", exitCode: 3 },
  ];
  it.each(refused)("refuses $name", async ({ program, more, want, exitCode }) => {
    const error = await runTopology(withObject(program, more)).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(NetsimError);
    expect((error as NetsimError).message).toContain(want);
    expect((error as NetsimError).exitCode).toBe(exitCode);
  });
});
