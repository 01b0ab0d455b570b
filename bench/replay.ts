import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BenchResult, median } from "./bench.ts";
import { writeCapture } from "./mixed-capture.ts";
import { isInstalled, run, runNetsim } from "./process.ts";

const PACKETS = 1_000_000;
const ROUNDS = 5;
const POLICY = new URL("../policies/ssh.bpf", import.meta.url).pathname;

/**
 * A million packets from a capture through one socket filter into a pcap, whole process against whole process:
 * `netsim run` and `tcpdump -r in -w out 'ip and tcp port 22'`, by turns.
 */
export function replay(): BenchResult {
  if (!isInstalled("tcpdump")) throw new Error("the replay bench needs tcpdump: apt-get install tcpdump");
  const directory = mkdtempSync(join(tmpdir(), "netsim-bench-"));
  try {
    const capture = join(directory, "in.pcap");
    writeCapture(capture, PACKETS);
    const topology = join(directory, "replay.yaml");
    writeFileSync(topology, topologyFor(capture));
    const theirs = join(directory, "tcpdump.pcap");
    const ours = join(directory, "probe-sniffer.pcap");
    const netsimTimes: number[] = [];
    const tcpdumpTimes: number[] = [];
    let peak = 0;
    for (let round = 0; round <= ROUNDS; round++) {
      const tcpdump = run("tcpdump", ["-r", capture, "-w", theirs, "ip and tcp port 22"]);
      const netsim = runNetsim(["run", topology, "--quiet", "--pcap", directory, "--pcap-of", "probe/sniffer"]);
      peak = netsim.peakBytes;
      if (round === 0) continue;
      tcpdumpTimes.push(tcpdump.seconds);
      netsimTimes.push(netsim.seconds);
    }
    if (statSync(ours).size !== statSync(theirs).size)
      throw new Error(`netsim wrote ${statSync(ours).size} bytes, tcpdump ${statSync(theirs).size}`);
    return {
      bench: "replay",
      figures: {
        packets: PACKETS,
        "netsim seconds": median(netsimTimes),
        "tcpdump seconds": median(tcpdumpTimes),
        "netsim ns per packet": (median(netsimTimes) / PACKETS) * 1e9,
        "netsim peak MB": peak / 1e6,
      },
      ratios: { "netsim / tcpdump": median(netsimTimes.map((seconds, i) => seconds / tcpdumpTimes[i]!)) },
    };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

const topologyFor = (capture: string) => `
name: replay bench
programs:
  ssh-only: { classic: ${POLICY} }
nodes:
  probe:
    kind: host
    interfaces: { eth0: {} }
    sockets:
      sniffer: { kind: packet, interface: eth0, filter: ssh-only }
traffic:
  - { at: "probe:eth0", replay: ${capture}, direction: in }
`;
