import { assembleExtended } from "../src/bpf/isa/assembler/assemble.ts";
import { Jit } from "../src/bpf/vm/jit/jit.ts";
import { Machine } from "../src/bpf/vm/machine.ts";
import { LinearMemory } from "../src/bpf/vm/memory.ts";
import type { BenchResult } from "./bench.ts";

const LOADS = 1_000_000;
/** Every so many loads it is a program that was not loaded before. */
const NEW_EVERY = 200;

/** A million loads and releases: neither memory nor the table of functions may grow with their number. */
export function engineLoads(): BenchResult {
  const machine = new Machine(new LinearMemory());
  const none = () => undefined;
  const environment = { machine, context: { size: 0 }, helper: none, kernelFunction: none, resolve: none };
  const jit = new Jit();
  const { bytes } = assembleExtended("r0 = 0\nr1 = 5\nr0 += r1\nexit");
  const program = bytes.slice();
  const immediate = new DataView(program.buffer);
  const load = (number: number): void => {
    immediate.setInt32(4, number, true);
    jit.load(program, environment).release();
  };
  const megabytes = () => process.memoryUsage().rss / 1e6;

  for (let i = 0; i < LOADS / 10; i++) load(i % NEW_EVERY === 0 ? i : 0);
  const early = megabytes();
  const began = process.hrtime.bigint();
  for (let i = LOADS / 10; i < LOADS; i++) load(i % NEW_EVERY === 0 ? i : 0);
  const nanoseconds = Number(process.hrtime.bigint() - began);
  const late = megabytes();
  return {
    bench: "engine-loads",
    figures: {
      loads: LOADS,
      "of programs not loaded before": LOADS / NEW_EVERY,
      "microseconds per load": nanoseconds / 1000 / (LOADS * 0.9),
      "MB after a tenth": early,
      "MB at the end": late,
      "places in the table of functions": machine.functions.compiled.length,
    },
    ratios: { "memory at the end / after a tenth": late / early },
  };
}
