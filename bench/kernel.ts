import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { BPF_ENGINES } from "../src/bpf/vm/engine.ts";
import { Machine } from "../src/bpf/vm/machine.ts";
import { LinearMemory } from "../src/bpf/vm/memory.ts";
import { kernel, runBytes } from "../test/conformance/kernel.ts";
import { MEMORY_BYTES, verifiableProgram } from "../test/conformance/random-program.ts";
import { type BenchResult, median } from "./bench.ts";
import { NETSIM, run } from "./process.ts";

const PROGRAMS = 10_000;
const ROUNDS = 5;
const HOSTS = 4;

/** Hosts on one bridge, two by two: each pair exchanges a datagram. */
function topology(): string {
  const names = Array.from({ length: HOSTS }, (_, i) => `h${i + 1}`);
  return [
    "name: four-hosts",
    "nodes:",
    "  bridge: { kind: bridge }",
    ...names.map((name, i) =>
      [
        `  ${name}:`,
        "    kind: host",
        `    interfaces: { eth0: { address: 10.0.0.${i + 1}/24 } }`,
        "    sockets: { echo: { kind: udp, port: 7 } }",
      ].join("\n"),
    ),
    "links:",
    ...names.map((name, i) => `  - { endpoints: ["${name}:eth0", "bridge:p${i + 1}"] }`),
    "traffic:",
    "  - { from: h1, to: h2, flow: udp, port: 7, bytes: 8, count: 1 }",
    "  - { from: h3, to: h4, flow: udp, port: 7, bytes: 8, count: 1 }",
    "expect:",
    "  - { socket: h2/echo, received: 1 }",
    "  - { socket: h4/echo, received: 1 }",
    "",
  ].join("\n");
}

/** Seconds that each engine takes to load and run random programs, each once. */
function comparison(): Record<string, number> {
  const memory = Uint8Array.from({ length: MEMORY_BYTES }, (_, i) => i * 37 + 129);
  const programs = fc.sample(verifiableProgram, { numRuns: PROGRAMS, seed: 1 });
  const timed = (act: (program: Uint8Array, number: number) => void): number => {
    const begun = performance.now();
    for (const [number, program] of programs.entries()) act(program, number);
    return (performance.now() - begun) / 1000;
  };
  const results: (bigint | undefined)[] = [];
  const seconds: Record<string, number> = {
    kernel: timed((program) => {
      const outcome = runBytes(program, memory);
      results.push("r0" in outcome ? outcome.r0 : undefined);
    }),
  };
  for (const engine of BPF_ENGINES) {
    const machine = new Machine(new LinearMemory());
    const address = machine.memory.allocate(MEMORY_BYTES);
    seconds[engine.name] = timed((program, number) => {
      // The kernel refuses it.
      if (results[number] === undefined) return;
      const loaded = engine.load(program, {
        machine,
        context: { size: MEMORY_BYTES },
        helper: () => undefined,
        kernelFunction: () => undefined,
        resolve: () => undefined,
      });
      machine.memory.bytes.set(memory, address);
      const r0 = loaded.runWide(address);
      if (r0 !== results[number])
        throw new Error(`program ${number}: ${engine.name} gives ${r0}, the kernel ${results[number]}`);
      loaded.release();
    });
  }
  return seconds;
}

/**
 * The running kernel as an engine and as a lab: 10,000 random programs loaded and run once by each engine, and whole runs of a topology of
 * four hosts, simulated and in the kernel, by turns. Aims: all programs within a minute, a lab within two seconds.
 */
export function kernelBench(): BenchResult {
  if ("missing" in kernel) throw new Error(`The kernel cannot be asked: ${kernel.missing}.`);
  const engines = comparison();
  const scratch = mkdtempSync(join(tmpdir(), "netsim-bench-"));
  const taken = { run: [] as number[], lab: [] as number[] };
  try {
    const file = join(scratch, "four-hosts.yaml");
    writeFileSync(file, topology());
    for (let round = 0; round <= ROUNDS; round++)
      for (const command of ["run", "lab"] as const) {
        const { seconds } = run(process.execPath, [NETSIM, command, file]);
        if (round > 0) taken[command].push(seconds);
      }
  } finally {
    rmSync(scratch, { recursive: true });
  }
  return {
    bench: "kernel",
    figures: {
      ...Object.fromEntries(Object.entries(engines).map(([name, one]) => [`10,000 programs, ${name}, seconds`, one])),
      "10,000 programs, all engines, seconds": Object.values(engines).reduce((sum, one) => sum + one, 0),
      "four hosts simulated, seconds": median(taken.run),
      "four hosts in the lab, seconds": median(taken.lab),
    },
    ratios: {
      "10,000 programs, JIT / kernel": engines.jit! / engines.kernel!,
      "four hosts, lab / simulated": median(taken.lab) / median(taken.run),
    },
  };
}
