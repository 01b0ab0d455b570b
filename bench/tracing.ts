import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BenchResult, median } from "./bench.ts";
import { runNetsim } from "./process.ts";

const DATAGRAMS = 200_000;
const ROUNDS = 3;
/** What is counted for each packet, by the name of the figure. */
const TRACES = {
  "an event of every packet": "tracepoint:net:netif_receive_skb { @[args.len] = count() }",
  "a function of every packet": "kprobe:ip_rcv { @ = count() }",
} as const;

/** UDP datagrams from host to host, with a program that counts each of them and without one, by turns. */
export function tracing(): BenchResult {
  const directory = mkdtempSync(join(tmpdir(), "netsim-bench-"));
  try {
    const topology = (name: string, trace: string | undefined) => {
      const path = join(directory, `${name}.yaml`);
      writeFileSync(path, topologyFor(trace));
      return path;
    };
    const plain = topology("plain", undefined);
    const traced = Object.entries(TRACES).map(([name, trace], i) => ({ name, path: topology(`traced-${i}`, trace) }));
    const seconds = (path: string) => runNetsim(["run", path, "--quiet", "--engine", "jit"]).seconds;
    const plainTimes: number[] = [];
    const tracedTimes = traced.map((): number[] => []);
    for (let round = 0; round < ROUNDS; round++) {
      plainTimes.push(seconds(plain));
      for (const [i, { path }] of traced.entries()) tracedTimes[i]!.push(seconds(path));
    }
    const ratios = traced.map(({ name }, i) => [
      `${name} / none`,
      median(tracedTimes[i]!.map((time, round) => time / plainTimes[round]!)),
    ]);
    return {
      bench: "tracing",
      figures: { datagrams: DATAGRAMS, "seconds without": median(plainTimes) },
      ratios: Object.fromEntries(ratios),
    };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

const topologyFor = (trace: string | undefined) => `
name: tracing bench
nodes:
  client: { kind: host, interfaces: { eth0: { address: 10.0.0.1/24 } } }
  server:
    kind: host
    interfaces: { eth0: { address: 10.0.0.2/24 } }
    sockets: { sink: { kind: udp, port: 9 } }
links: [{ endpoints: ["client:eth0", "server:eth0"], delay: 10us }]
traffic: [{ from: client, to: server, flow: udp, port: 9, bytes: 64, count: ${DATAGRAMS}, every: 10us }]
${trace === undefined ? "" : `tracing: ["${trace}"]`}
`;
