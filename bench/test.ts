import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BenchResult, median } from "./bench.ts";
import { run, runNetsim } from "./process.ts";

const CASES = 10_000;
const ROUNDS = 3;
const OBJECT = new URL("../policies/classify.o", import.meta.url).pathname;

/** Ten thousand cases of a policy test with the JIT, whole processes, against `node -e 0`: by rows of one table. */
export function test(): BenchResult {
  const directory = mkdtempSync(join(tmpdir(), "netsim-bench-"));
  try {
    const file = join(directory, "cases.yaml");
    writeFileSync(file, policyTest());
    const own: number[] = [];
    const empty: number[] = [];
    let peak = 0;
    for (let round = 0; round <= ROUNDS; round++) {
      const node = run(process.execPath, ["-e", "0"]);
      const netsim = runNetsim(["test", file, "--engine", "jit", "--report", "json"]);
      const { passed } = JSON.parse(netsim.stdout) as { passed: number };
      if (passed !== CASES) throw new Error(`${passed} of ${CASES} cases passed`);
      peak = netsim.peakBytes;
      if (round === 0) continue;
      own.push(netsim.seconds);
      empty.push(node.seconds);
    }
    return {
      bench: "test",
      figures: {
        cases: CASES,
        seconds: median(own),
        "microseconds per case": (1e6 * median(own)) / CASES,
        "peak MB": peak / 1e6,
      },
      ratios: { "netsim test / node": median(own.map((seconds, i) => seconds / empty[i]!)) },
    };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function policyTest(): string {
  const rows = Array.from({ length: CASES }, (_, port) => `      - [${port}, "${classOf(port)}"]\n`);
  return `program: { object: ${OBJECT} }
hook: tc-filter
direct-action: true
classid: "1:0"
cases:
  - name: port $port goes to class $class
    packet: { ipv4: {}, tcp: { dport: $port } }
    expect: { verdict: ok, class: $class }
    with:
      columns: [port, class]
      rows:
${rows.map((row) => `  ${row}`).join("")}`;
}

const classOf = (port: number): string => (port === 22 ? "1:10" : port === 80 || port === 443 ? "1:20" : "1:30");
