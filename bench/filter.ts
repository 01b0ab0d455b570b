import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compileFilter } from "../src/bpf/filter/compile.ts";
import { LibpcapCompiler } from "../test/reference/libpcap-compiler.ts";
import { type BenchResult, median } from "./bench.ts";
import { writeCapture } from "./mixed-capture.ts";
import { isInstalled, run, runNetsim } from "./process.ts";

const PACKETS = 1_000_000;
const ROUNDS = 5;
const EXPRESSION = "ip and tcp port 22";

const ETHERNET = 1;
const COMPILATIONS = 300;
const EXPRESSIONS = [
  "ip",
  EXPRESSION,
  "port 22 or 80",
  "tcp[tcpflags] & (tcp-syn|tcp-fin) != 0",
  "vlan 5 and host 10.0.0.1 and (port 22 or 443)",
  "tcp[((tcp[12] & 0xf0) >> 2):4] = 0x47455420",
  Array.from({ length: 60 }, (_, i) => `net 10.${i}.0.0/16`).join(" or "),
];

/**
 * Compiling, against libpcap's pcap_compile in the same process; and a million packets of a capture through a filter into
 * another, whole process against whole process: `netsim filter` and `tcpdump -r -w`, by turns.
 */
export function filter(): BenchResult {
  if (!isInstalled("tcpdump")) throw new Error("the filter bench needs tcpdump: apt-get install tcpdump");
  const libpcap = LibpcapCompiler.load();
  if (libpcap === undefined) throw new Error("the filter bench needs libpcap: apt-get install libpcap0.8");
  const compiled = compileTimes(libpcap);
  const copied = copyTimes();
  return {
    bench: "filter",
    figures: {
      "microseconds per compilation": compiled.netsim,
      "libpcap's microseconds": compiled.libpcap,
      packets: PACKETS,
      "netsim filter seconds": median(copied.netsim),
      "tcpdump seconds": median(copied.tcpdump),
      "netsim peak MB": copied.peakBytes / 1e6,
    },
    ratios: {
      "netsim / libpcap, compiling": compiled.netsim / compiled.libpcap,
      "netsim / tcpdump, filtering": median(copied.netsim.map((seconds, i) => seconds / copied.tcpdump[i]!)),
    },
  };
}

function compileTimes(libpcap: LibpcapCompiler): { netsim: number; libpcap: number } {
  const time = (compile: (text: string) => unknown) => {
    const rounds = Array.from({ length: ROUNDS }, () => {
      const begun = performance.now();
      for (let i = 0; i < COMPILATIONS; i++) for (const text of EXPRESSIONS) compile(text);
      return (1000 * (performance.now() - begun)) / (COMPILATIONS * EXPRESSIONS.length);
    });
    return median(rounds);
  };
  return {
    netsim: time((text) => compileFilter(text)),
    libpcap: time((text) => libpcap.compile(text, { linkType: ETHERNET })),
  };
}

function copyTimes(): { netsim: number[]; tcpdump: number[]; peakBytes: number } {
  const directory = mkdtempSync(join(tmpdir(), "netsim-bench-"));
  try {
    const capture = join(directory, "in.pcap");
    const [ours, theirs] = [join(directory, "netsim.pcap"), join(directory, "tcpdump.pcap")];
    writeCapture(capture, PACKETS);
    const netsim: number[] = [];
    const tcpdump: number[] = [];
    let peakBytes = 0;
    for (let round = 0; round <= ROUNDS; round++) {
      const other = run("tcpdump", ["-r", capture, "-w", theirs, EXPRESSION]);
      const own = runNetsim(["filter", "-r", capture, "-w", ours, EXPRESSION]);
      peakBytes = own.peakBytes;
      if (round === 0) continue;
      tcpdump.push(other.seconds);
      netsim.push(own.seconds);
    }
    if (!readFileSync(ours).equals(readFileSync(theirs))) throw new Error("netsim and tcpdump wrote different files");
    return { netsim, tcpdump, peakBytes };
  } finally {
    rmSync(directory, { recursive: true });
  }
}
