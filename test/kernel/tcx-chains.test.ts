import { describe, expect, it } from "vitest";
import { runTopology } from "../../src/run-topology.ts";
import { scratch } from "../scratch.ts";
import { askScript } from "./ask-script.ts";

interface Case {
  readonly side: "ingress" | "egress";
  /** What the tcx programs return, in their order. */
  readonly values: readonly number[];
  /** What a filter of clsact behind them does, with direct action. */
  readonly third: number | null;
}

const VALUES = [-1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0x10001, 0x7fff_ffff, -0x8000_0000, 0x2000_0005];
const CASES: readonly Case[] = VALUES.flatMap((value) =>
  (["ingress", "egress"] as const).flatMap((side) => [
    { side, values: [value, 2], third: null },
    { side, values: [-1, value, 0], third: 2 },
    { side, values: [value], third: 2 },
  ]),
);

const answers = askScript("tcx-chains.py", CASES);
const missing = answers === undefined ? " (skipped: needs root, ip and tc with clsact, cls_bpf and tcx)" : "";

/** What a host has where the programs run. */
function tcOf({ side, values, third }: Case): object {
  // What asks for addresses goes on; the loopback device, which the kernel's datagrams go by, has no need of it.
  const programs = values.map((value) => ({
    extended: `r2 = *(u32 *)(r1 + 16)\nr0 = -1\nif r2 == 0x608 goto out\nr0 = ${value}\nout: exit\n`,
  }));
  const filter = { protocol: "ip", "direct-action": true, program: { classic: `ret #${(third ?? 0) >>> 0}\n` } };
  return { tc: { eth0: { tcx: { [side]: programs }, ...(third !== null && { [side]: [filter] }) } } };
}

/** Datagrams of 4 that come past the same programs here, each case between two hosts of its own. */
async function simulate(cases: readonly Case[]): Promise<number[]> {
  const nodes = cases.flatMap((one, i) => [
    [
      `a${i}`,
      { kind: "host", interfaces: { eth0: { address: "10.0.0.1/24" } }, ...(one.side === "egress" && tcOf(one)) },
    ],
    [
      `b${i}`,
      {
        kind: "host",
        interfaces: { eth0: { address: "10.0.0.2/24" } },
        sockets: { s: { kind: "udp", port: 7 } },
        ...(one.side === "ingress" && tcOf(one)),
      },
    ],
  ]);
  const result = await runTopology(
    scratch({
      "t.yaml": JSON.stringify({
        nodes: Object.fromEntries(nodes),
        links: cases.map((_, i) => ({ endpoints: [`a${i}:eth0`, `b${i}:eth0`] })),
        traffic: cases.map((_, i) => ({ from: `a${i}`, to: `b${i}`, flow: "udp", port: 7, bytes: 8, count: 4 })),
      }),
    }),
  );
  return result.nodes.flatMap(({ sockets }) => sockets.map(({ received }) => received));
}

describe.skipIf(answers === undefined)(`tcx programs beside the running kernel${missing}`, () => {
  it("let the same datagrams through, whatever they return", async () => {
    const have = await simulate(CASES);
    expect(have).toHaveLength(CASES.length);
    const told = (one: Case, arrived: number) => ({ ...one, arrived });
    expect(CASES.map((one, i) => told(one, have[i]!))).toEqual(CASES.map((one, i) => told(one, answers![i]!)));
  });
});
