import { describe, expect, it } from "vitest";
import { runTopology } from "../../src/run-topology.ts";
import { scratch } from "../scratch.ts";
import { askScript } from "./ask-script.ts";

interface Case {
  readonly mode: "da" | "classic";
  /** What the first filter's program returns. */
  readonly value: number;
  /** What that of a second filter does, with direct action. */
  readonly second: number | null;
}

const VALUES = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, -1, 0x10001, 0x10010, 0x7fff_ffff, -0x8000_0000, 0x2000_0005];
const CASES: readonly Case[] = VALUES.flatMap((value) =>
  (["da", "classic"] as const).flatMap((mode) => [null, 2].map((second) => ({ mode, value, second }))),
);

const answers = askScript("tc-verdicts.py", CASES);
const missing = answers === undefined ? " (skipped: needs root, ip and tc with clsact and cls_bpf)" : "";

const text = (value: number) => `{ classic: "ret #${value >>> 0}\\n" }`;

/** Datagrams of 4 that come through the same filters here. */
async function simulate({ mode, value, second }: Case): Promise<number> {
  const more = second === null ? "" : `, { protocol: ip, direct-action: true, program: ${text(second)} }`;
  const result = await runTopology(
    scratch({
      "t.yaml": `
nodes:
  a:
    kind: host
    interfaces: { eth0: { address: 10.0.0.1/24 } }
    tc: { eth0: { egress: [{ protocol: ip, direct-action: ${mode === "da"}, program: ${text(value)} }${more}] } }
  b: { kind: host, interfaces: { eth0: { address: 10.0.0.2/24 } }, sockets: { s: { kind: udp, port: 7 } } }
links: [{ endpoints: ["a:eth0", "b:eth0"] }]
traffic: [{ from: a, to: b, flow: udp, port: 7, bytes: 8, count: 4 }]
`,
    }),
  );
  return result.nodes[1]!.sockets[0]!.received;
}

describe.skipIf(answers === undefined)(`filters beside the running kernel${missing}`, () => {
  it("let the same datagrams through, whatever programs return", async () => {
    const different = [];
    for (const [i, one] of CASES.entries()) {
      const have = await simulate(one);
      if (have !== answers![i]) different.push({ ...one, have, want: answers![i] });
    }
    expect(different).toEqual([]);
  });
});
