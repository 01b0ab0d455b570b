import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { openKernel } from "../../src/kernel/kernel.ts";
import { runLab } from "../../src/kernel/lab/lab.ts";
import { openTopology } from "../../src/open-topology.ts";
import { TOKENS } from "../../src/tokens.ts";
import { scratch } from "../scratch.ts";

const kernel = await openKernel();
const why =
  "missing" in kernel ? kernel.missing : spawnSync("ip", ["-V"]).status === 0 ? undefined : "there is no ip(8)";

const RETURNED = [0, 1, 8, 9, 12, 20, 30, 36, 40, 60, -1];

/** A socket of each kind for each value that its program returns, and a datagram of 8 bytes to each UDP socket. */
function topology(): string {
  const sockets = RETURNED.flatMap((value, i) => {
    const filter = `filter: { extended: "r0 = ${value}\\nexit" }`;
    return [
      `raw${i}: { kind: packet, protocol: ip, interface: eth0, ${filter} }`,
      `dgram${i}: { kind: packet, type: dgram, protocol: ip, interface: eth0, ${filter} }`,
      `ip${i}: { kind: raw, protocol: udp, ${filter} }`,
      `udp${i}: { kind: udp, port: ${100 + i}, ${filter} }`,
    ];
  });
  const flows = RETURNED.map(
    (_, i) => `  - { from: a, to: b, flow: udp, port: ${100 + i}, bytes: 8, start: ${i + 1}ms }`,
  );
  return `
nodes:
  a: { kind: host, interfaces: { eth0: { address: 10.0.0.1/24 } } }
  b:
    kind: host
    interfaces: { eth0: { address: 10.0.0.2/24 } }
    sockets:
      ${sockets.join("\n      ")}
links: [{ endpoints: ["a:eth0", "b:eth0"] }]
traffic:
${flows.join("\n")}
`;
}

interface Socket {
  readonly name: string;
  readonly received?: number;
  readonly receivedBytes?: number;
}

const tell = (sockets: readonly Socket[]) =>
  sockets.map(({ name, received, receivedBytes }) => `${name}: ${received} packets, ${receivedBytes} bytes`);

describe.skipIf(why !== undefined)(
  `extended socket filters beside the running kernel${why ? ` (skipped: ${why})` : ""}`,
  () => {
    it("trim and keep out as SO_ATTACH_BPF does, at sockets of every kind", async () => {
      if ("missing" in kernel) throw new Error(kernel.missing);
      const { topology: model, container } = await openTopology(scratch({ "t.yaml": topology() }));
      const runner = container.get(TOKENS.TopologyRunner);
      const scene = await runner.assemble(model);
      try {
        const lab = await runLab(model, scene, kernel, { clock: () => performance.now() });
        const run = await runner.run(model);
        expect(tell(run.nodes[1]!.sockets)).toEqual(tell(lab.nodes[1]!.sockets));
      } finally {
        scene.close();
      }
    });
  },
);
