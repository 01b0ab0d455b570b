import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BenchResult, median } from "./bench.ts";
import { isInstalled, run, runNetsim } from "./process.ts";

const DATAGRAMS = 500_000;
const ROUNDS = 3;
/** The same work in ns-3; kept beside the project, and left out of the comparison where it is not there. */
const PEER = new URL("../../shared/peers/ns3_bridge.cc", import.meta.url).pathname;
const LIBRARIES = ["core", "network", "internet", "csma", "bridge", "applications", "stats", "traffic-control"];

/** UDP datagrams of 64 bytes from a host over a learning bridge to a host, against the same in ns-3; and memory that must not grow with their number. */
export function forward(): BenchResult {
  const directory = mkdtempSync(join(tmpdir(), "netsim-bench-"));
  try {
    const topology = (count: number) => {
      const path = join(directory, `forward-${count}.yaml`);
      writeFileSync(path, topologyFor(count));
      return path;
    };
    const large = topology(DATAGRAMS);
    const peer = buildPeer(join(directory, "ns3_bridge"));
    const netsimTimes: number[] = [];
    const peerTimes: number[] = [];
    let largePeak = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const netsim = runNetsim(["run", large, "--quiet"]);
      netsimTimes.push(netsim.seconds);
      largePeak = netsim.peakBytes;
      if (peer !== undefined) peerTimes.push(run(peer, [String(DATAGRAMS)]).seconds);
    }
    const smallPeak = runNetsim(["run", topology(DATAGRAMS / 10), "--quiet"]).peakBytes;
    const ratios: Record<string, number> = { "peak memory, 10 times the datagrams": largePeak / smallPeak };
    if (peer !== undefined) ratios["netsim / ns-3"] = median(netsimTimes.map((seconds, i) => seconds / peerTimes[i]!));
    return {
      bench: "forward",
      figures: {
        datagrams: DATAGRAMS,
        "netsim packets per second": DATAGRAMS / median(netsimTimes),
        "ns-3 packets per second": peer === undefined ? "ns-3 is not here" : DATAGRAMS / median(peerTimes),
        "netsim peak MB": largePeak / 1e6,
        "netsim peak MB, a tenth of the datagrams": smallPeak / 1e6,
      },
      ratios,
    };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Compiles the peer; undefined where its source, ns-3 or a compiler is missing. */
export function buildPeer(output: string): string | undefined {
  if (!existsSync(PEER) || !isInstalled("g++")) return undefined;
  try {
    run("g++", ["-O2", "-std=c++17", PEER, "-o", output, ...LIBRARIES.map((name) => `-lns3-${name}`)]);
    return output;
  } catch {
    return undefined;
  }
}

const topologyFor = (count: number) => `
name: forward bench
nodes:
  a: { kind: host, interfaces: { eth0: { address: 10.0.0.1/24 } } }
  switch: { kind: bridge }
  b:
    kind: host
    interfaces: { eth0: { address: 10.0.0.2/24 } }
    sockets:
      sink: { kind: udp, port: 9 }
links:
  - { endpoints: ["a:eth0", "switch:p1"], delay: 10us, rate: 10gbit }
  - { endpoints: ["b:eth0", "switch:p2"], delay: 10us, rate: 10gbit }
traffic:
  - { from: a, to: b, flow: udp, port: 9, bytes: 64, count: ${count}, every: 100us }
expect:
  - { socket: b/sink, received: ${count} }
`;
