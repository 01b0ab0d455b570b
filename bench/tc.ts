import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BenchResult, median } from "./bench.ts";
import { buildPeer } from "./forward.ts";
import { run, runNetsim } from "./process.ts";

const CLASSES = [10, 1_000, 10_000];
/** Datagrams of the long run and of the short one; the difference is what packets cost, without reading the topology. */
const LONG = 120_000;
const SHORT = 20_000;
/** Through the bridge: as many as bench/forward.ts sends, so that starting does not count. */
const BRIDGED = 1_000_000;
const ROUNDS = 3;

/**
 * Datagrams through a filter of clsact and htb with more and more classes, of which a program chooses one by chance; and host - bridge - host
 * with a classifier in the path against ns-3 without one.
 */
export function tc(): BenchResult {
  const directory = mkdtempSync(join(tmpdir(), "netsim-bench-"));
  try {
    const file = (name: string, text: string) => {
      const path = join(directory, name);
      writeFileSync(path, text);
      return path;
    };
    const seconds = (path: string) => runNetsim(["run", path, "--quiet"]).seconds;
    const costs = CLASSES.map((classes) => {
      const long = file(`long-${classes}.yaml`, shaped(classes, LONG));
      const short = file(`short-${classes}.yaml`, shaped(classes, SHORT));
      return median(Array.from({ length: ROUNDS }, () => (1e9 * (seconds(long) - seconds(short))) / (LONG - SHORT)));
    });
    const peer = buildPeer(join(directory, "ns3_bridge"));
    const bridged = file("bridged.yaml", classified(BRIDGED));
    const ratios: Record<string, number> = {
      "cost of a packet, 1,000 classes / 10": costs[1]! / costs[0]!,
      "cost of a packet, 10,000 classes / 10": costs[2]! / costs[0]!,
    };
    const times = Array.from({ length: ROUNDS }, () => ({
      own: seconds(bridged),
      peer: peer === undefined ? Number.NaN : run(peer, [String(BRIDGED)]).seconds,
    }));
    if (peer !== undefined) ratios["netsim with a classifier / ns-3"] = median(times.map((one) => one.own / one.peer));
    return {
      bench: "tc",
      figures: {
        ...Object.fromEntries(CLASSES.map((classes, i) => [`packets per second, ${classes} classes`, 1e9 / costs[i]!])),
        "netsim packets per second, host - bridge - host": BRIDGED / median(times.map(({ own }) => own)),
        "ns-3 packets per second":
          peer === undefined ? "ns-3 is not here" : BRIDGED / median(times.map((one) => one.peer)),
      },
      ratios,
    };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

const shaped = (classes: number, count: number) => `
name: tc bench
programs:
  any-class:
    extended: |
      call bpf_get_prandom_u32
      w0 %= ${classes}
      w0 += 0x10001
      exit
  pass:
    extended: |
      r0 = 0
      exit
nodes:
  a:
    kind: host
    interfaces: { eth0: { address: 10.0.0.1/24 } }
    tc:
      eth0:
        egress: [{ program: pass, direct-action: true }]
        filters: [{ program: any-class }]
        qdisc:
          kind: htb
          default: "1:1"
          classes:
${Array.from({ length: classes }, (_, i) => `            "1:${(i + 1).toString(16)}": { rate: 1gbit, quantum: 1500 }`).join("\n")}
  b:
    kind: host
    interfaces: { eth0: { address: 10.0.0.2/24 } }
    sockets: { sink: { kind: udp, port: 9 } }
links: [{ endpoints: ["a:eth0", "b:eth0"], delay: 10us, rate: 10gbit }]
traffic: [{ from: a, to: b, flow: udp, port: 9, bytes: 64, count: ${count}, every: 10us }]
expect: [{ socket: b/sink, received: ${count} }]
`;

const classified = (count: number) => `
name: tc bench, bridged
programs:
  udp-only:
    extended: |
      r6 = r1
      r0 = *(u8 *)skb[23]
      if r0 == 17 goto fine
      r0 = 0
      exit
      fine: r0 = 0
      exit
nodes:
  a:
    kind: host
    interfaces: { eth0: { address: 10.0.0.1/24 } }
    tc: { eth0: { egress: [{ program: udp-only, direct-action: true }] } }
  switch: { kind: bridge }
  b:
    kind: host
    interfaces: { eth0: { address: 10.0.0.2/24 } }
    sockets: { sink: { kind: udp, port: 9 } }
links:
  - { endpoints: ["a:eth0", "switch:p1"], delay: 10us, rate: 10gbit }
  - { endpoints: ["b:eth0", "switch:p2"], delay: 10us, rate: 10gbit }
traffic: [{ from: a, to: b, flow: udp, port: 9, bytes: 64, count: ${count}, every: 100us }]
expect: [{ socket: b/sink, received: ${count} }]
`;
