import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { compareWithLab } from "../../src/compare/lab-comparison.ts";
import { openKernel } from "../../src/kernel/kernel.ts";
import { runLab } from "../../src/kernel/lab/lab.ts";
import { openTopology } from "../../src/open-topology.ts";
import { TOKENS } from "../../src/tokens.ts";
import { writeTopology } from "./write-topology.ts";

const kernel = await openKernel();
const hasTools = spawnSync("ip", ["-V"]).status === 0;
const why = "missing" in kernel ? kernel.missing : hasTools ? undefined : "there is no ip(8)";
const missing = why === undefined ? "" : ` (skipped: ${why})`;

const returning = (side: string, value: number) =>
  `{ ${side}: { type: lwt_${side}, extended: "r0 = ${value}\\nexit" } }`;
const VALUES = [0, 1, 2, 3, 7, 128, 129, -1];
const PROGRAMS = [
  ...["in", "out", "xmit"].flatMap((side) => VALUES.map((value) => returning(side, value))),
  // A MAC header is put before the packet, which is sent elsewhere.
  `{ xmit: { type: lwt_xmit, extended: "r6 = r1\\nr2 = 14\\nr3 = 0\\ncall bpf_skb_change_head\\nr1 = 4\\nr2 = 0\\ncall bpf_redirect\\nexit" } }`,
  // Redirected without one.
  `{ xmit: { type: lwt_xmit, extended: "r1 = 4\\nr2 = 0\\ncall bpf_redirect\\nexit" } }`,
  // Another destination, with and without being routed anew.
  ...[128, 0].map(
    (answer) =>
      `{ xmit: { type: lwt_xmit, extended: "r6 = r1\\n*(u32 *)(r10 - 8) = 0x0100030a\\nr2 = 16\\nr3 = r10\\nr3 += -8\\nr4 = 4\\nr5 = 0\\ncall bpf_skb_store_bytes\\nr0 = ${answer}\\nexit" } }`,
  ),
  // Dropped on one side, though passed on the others.
  `{ in: { type: lwt_in, extended: "r0 = 0\\nexit" }, out: { type: lwt_out, extended: "r0 = 0\\nexit" }, xmit: { type: lwt_xmit, extended: "r0 = 2\\nexit" } }`,
];

/** Each program on a route of its own to an address of b; packets come by the router, and from it. */
const TOPOLOGY = `name: lab-route-answers
nodes:
  a: { kind: host, interfaces: { eth0: { address: 10.0.0.1/24 } }, gateway: 10.0.0.254 }
  r:
    kind: host
    forwarding: true
    interfaces:
      eth0: { address: 10.0.0.254/24 }
      eth1: { address: 10.1.0.254/24 }
      eth2: { address: 10.3.0.254/24, mac: "02:00:00:00:00:77" }
    routes:
${PROGRAMS.map((encap, i) => `      - { to: 10.2.0.${i + 1}/32, via: 10.1.0.1, encap: { bpf: ${encap} } }`).join("\n")}
  b:
    kind: host
    interfaces: { eth0: { address: [10.1.0.1/24, ${PROGRAMS.map((_, i) => `10.2.0.${i + 1}/32`).join(", ")}] } }
    gateway: 10.1.0.254
    sockets:
${PROGRAMS.map((_, i) => `      port${i + 1}: { kind: udp, port: ${i + 1} }`).join("\n")}
  c:
    kind: host
    interfaces: { eth0: { address: 10.3.0.1/24, mac: "02:00:00:00:00:88" } }
    sockets: { all: { kind: packet, protocol: ip } }
links: [{ endpoints: ["a:eth0", "r:eth0"] }, { endpoints: ["r:eth1", "b:eth0"] }, { endpoints: ["r:eth2", "c:eth0"] }]
traffic:
${["a", "r"]
  .flatMap((from, n) =>
    PROGRAMS.map(
      (_, i) =>
        `  - { from: ${from}, packet: [{ ip: { dst: 10.2.0.${i + 1} } }, { udp: { dport: ${i + 1} } }, { payload: { length: 18 } }], count: ${n + 2}, every: 1ms, start: ${10 + 4 * i + 200 * n}ms }`,
    ),
  )
  .join("\n")}
`;

describe.skipIf(why !== undefined)(`programs on routes of the lab${missing}`, () => {
  it("do with packets what they do in the simulation, and tell senders why not", async () => {
    if ("missing" in kernel) throw new Error(kernel.missing);
    const { topology, container } = await openTopology(writeTopology(TOPOLOGY));
    const runner = container.get(TOKENS.TopologyRunner);
    const scene = await runner.assemble(topology);
    const lab = await runLab(topology, scene, kernel, { clock: () => performance.now() });
    scene.close();
    const run = await runner.run(topology);
    expect(lab.skipped).toEqual([]);
    const { compared, differences } = compareWithLab(run, lab);
    expect(differences).toEqual([]);
    expect(compared).toBeGreaterThan(100);
    // EPERM for BPF_DROP, EINVAL for what is no answer, told by what runs before the sender hears: not by `in`.
    const refused = lab.traffic.slice(PROGRAMS.length).map((one) => one.refused[0]?.errno ?? 0);
    const told = VALUES.map((value) => ({ 0: 0, 2: 1, 7: 0, 128: 0 })[value] ?? 22);
    expect(refused.slice(0, 3 * VALUES.length)).toEqual([...VALUES.map(() => 0), ...told, ...told]);
  });
});
