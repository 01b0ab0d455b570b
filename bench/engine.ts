import { assembleExtended } from "../src/bpf/isa/assembler/assemble.ts";
import type { Environment } from "../src/bpf/vm/environment.ts";
import { InterpretedProgram } from "../src/bpf/vm/interpreter/interpreted-program.ts";
import { compileProgram } from "../src/bpf/vm/jit/compile.ts";
import { Jit } from "../src/bpf/vm/jit/jit.ts";
import { linkProgram } from "../src/bpf/vm/link.ts";
import { Machine } from "../src/bpf/vm/machine.ts";
import { LinearMemory } from "../src/bpf/vm/memory.ts";
import { type BenchResult, median } from "./bench.ts";
import { KernelProgram } from "./engine/kernel.ts";
import { type BenchProgram, OVERHEAD, PROGRAMS } from "./engine/programs.ts";

/** Time that one measurement is meant to take: less than the scheduler leaves a process, so that some are undisturbed. */
const SAMPLE_NANOSECONDS = 2e6;
const SAMPLES = 60;
/** Time in which WebAssembly's optimizing compiler is sure to be done. */
const WARM_UP_NANOSECONDS = 400e6;
const FRAME_BYTES = 1514;
/** struct __sk_buff, and behind it what only the engine reads. */
const CONTEXT = {
  size: 192,
  packet: { length: 0, data: 76, dataEnd: 80, head: 192, macHeader: 196, networkHeader: 200 },
} as const;

interface Measured {
  readonly name: string;
  readonly jit: number;
  readonly kernel: number | undefined;
  readonly interpreter: number;
  /** Instructions that one run takes. */
  readonly steps: number;
}

/**
 * A dozen programs on the WebAssembly JIT, on Linux's own JIT (BPF_PROG_TEST_RUN) and on the interpreter, by turns. The first two
 * run the program many times without leaving the engine: nothing is subtracted. The fastest of each engine's
 * measurements counts, as all that disturbs one makes it slower.
 */
export function engine(): BenchResult {
  const figures: Record<string, number | string> = {};
  const known: number[] = [];
  for (const { name, jit, kernel, interpreter, steps } of PROGRAMS.map(measure)) {
    const native =
      kernel === undefined ? "not permitted here" : `${kernel.toFixed(1)} ns, ratio ${(jit / kernel).toFixed(2)}`;
    const interpreted = `${interpreter.toFixed(0)} ns, ${(interpreter / steps).toFixed(1)} an instruction`;
    figures[name] = `${jit.toFixed(1)} ns, kernel ${native}; interpreter ${interpreted}`;
    if (kernel !== undefined && name !== OVERHEAD.name) known.push(jit / kernel);
  }
  const ratios: Record<string, number> = {};
  if (known.length > 0) {
    ratios["JIT / kernel JIT, geometric mean"] = Math.exp(
      known.reduce((sum, r) => sum + Math.log(r), 0) / known.length,
    );
    ratios["JIT / kernel JIT, worst"] = Math.max(...known);
  }
  Object.assign(figures, callTime(), compileTimes());
  return { bench: "engine", figures, ratios };
}

/** A TCP packet to port 80, padded with bytes that follow a pattern. */
function frame(): Uint8Array {
  const bytes = Uint8Array.from({ length: FRAME_BYTES }, (_, i) => (i * 89 + (i >> 4)) & 0xff);
  bytes.set([2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0, 0x45, 0, 5, 0xdc, 0, 1, 0, 0, 64, 6, 0, 0]);
  bytes.set([10, 0, 0, 1, 10, 0, 0, 2, 0x9c, 0x40, 0, 80], 26);
  return bytes;
}

function environment(): { environment: Environment; context: number } {
  const memory = new LinearMemory();
  const machine = new Machine(memory);
  const bytes = frame();
  const data = memory.allocate(bytes.length);
  memory.bytes.set(bytes, data);
  const context = memory.allocate(256);
  memory.bytes.fill(0, context, context + 256);
  const { packet } = CONTEXT;
  memory.setUint32(context + packet.length, bytes.length);
  memory.setUint32(context + packet.data, data);
  memory.setUint32(context + packet.dataEnd, data + bytes.length);
  for (const field of [packet.head, packet.macHeader, packet.networkHeader]) memory.setUint32(context + field, data);
  const none = () => undefined;
  return { environment: { machine, context: CONTEXT, helper: none, kernelFunction: none, resolve: none }, context };
}

function measure({ name, text }: BenchProgram): Measured {
  const { bytes } = assembleExtended(text, { complete: true });
  const { environment: place, context } = environment();
  const { memory } = place.machine;
  const program = new Jit().load(bytes, place);
  const most = 100_000;
  const contexts = memory.allocate(4 * most);
  const results = memory.allocate(4 * most);
  for (let i = 0; i < most; i++) memory.setUint32(contexts + 4 * i, context);
  const runJit = (count: number): number => {
    const before = process.hrtime.bigint();
    for (let left = count; left > 0; left -= most) program.runBatch(contexts, Math.min(left, most), results);
    return Number(process.hrtime.bigint() - before);
  };
  warmUp(runJit);
  const jitCount = countFor(runJit);

  const reference = new InterpretedProgram(bytes, place);
  const execution = reference.begin(context);
  execution.resume(Number.MAX_SAFE_INTEGER);
  const runReference = (count: number): number => {
    const before = process.hrtime.bigint();
    for (let i = 0; i < count; i++) reference.run(context);
    return Number(process.hrtime.bigint() - before);
  };
  warmUp(runReference);
  const referenceCount = countFor(runReference);

  const kernel = openKernel(bytes);
  const sent = frame();
  const runKernel = (count: number) => kernel!.testRun(sent, count).nanoseconds;
  const kernelCount = kernel === undefined ? 0 : countFor(runKernel);
  if (kernel !== undefined && kernel.testRun(sent, 1).result !== memory.uint32(results))
    throw new Error(`${name}: the kernel returns ${kernel.testRun(sent, 1).result}, the JIT ${memory.uint32(results)}`);
  let jit = Number.POSITIVE_INFINITY;
  let fastestKernel = Number.POSITIVE_INFINITY;
  let interpreter = Number.POSITIVE_INFINITY;
  for (let i = 0; i < SAMPLES; i++) {
    jit = Math.min(jit, runJit(jitCount) / jitCount);
    interpreter = Math.min(interpreter, runReference(referenceCount) / referenceCount);
    if (kernel !== undefined) fastestKernel = Math.min(fastestKernel, runKernel(kernelCount) / kernelCount);
  }
  kernel?.close();
  return {
    name,
    jit,
    kernel: kernel === undefined ? undefined : fastestKernel,
    interpreter,
    steps: execution.executed,
  };
}

function warmUp(run: (count: number) => number): void {
  for (let spent = 0, count = 1; spent < WARM_UP_NANOSECONDS; ) {
    const took = run(count);
    spent += took;
    if (took < SAMPLE_NANOSECONDS / 4) count *= 2;
  }
}

/** Runs that take about as long as a measurement is meant to take. */
function countFor(run: (count: number) => number): number {
  let count = 1;
  for (;;) {
    const took = run(count);
    if (took > SAMPLE_NANOSECONDS / 4) return Math.max(1, Math.round((count * SAMPLE_NANOSECONDS) / took));
    count *= 2;
  }
}

function openKernel(bytes: Uint8Array): KernelProgram | undefined {
  if (process.getuid?.() !== 0) return undefined;
  return new KernelProgram(bytes);
}

/**
 * Nanoseconds per instruction of translating, and of loading and running once. Every time it is another program, as WebAssembly
 * remembers what it has compiled. The rest of a small program's time is what a module costs WebAssembly, whatever it holds.
 */
function compileTimes(): Record<string, number> {
  const times: Record<string, number> = {};
  for (const { name, text } of PROGRAMS.filter(({ name }) => COMPILED.includes(name))) {
    const { bytes } = assembleExtended(text);
    const instructions = bytes.length / 8 + 1;
    const rounds = instructions > 1000 ? 40 : 1000;
    const { environment: place, context } = environment();
    const jit = new Jit();
    const translate: number[] = [];
    const load: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const program = numbered(bytes, round);
      const began = process.hrtime.bigint();
      compileProgram(linkProgram(program, place), place, { checked: false, clearStacks: false });
      const translated = process.hrtime.bigint();
      const loaded = jit.load(program, place);
      loaded.run(context);
      const ran = process.hrtime.bigint();
      loaded.release();
      translate.push(Number(translated - began) / instructions);
      load.push(Number(ran - translated) / instructions);
    }
    times[`${name}: translate, ns per instruction`] = median(translate);
    times[`${name}: load and run once, ns per instruction`] = median(load);
  }
  return times;
}

const COMPILED: readonly string[] = [
  "ip and tcp port 22",
  "search tree, 16 keys of 64",
  "10,000 instructions straight",
];

/** The program behind `r9 = number`. */
function numbered(bytes: Uint8Array, number: number): Uint8Array {
  const program = new Uint8Array(bytes.length + 8);
  program.set([0xb7, 9]);
  new DataView(program.buffer).setInt32(4, number, true);
  program.set(bytes, 8);
  return program;
}

/** A call of `run` from JavaScript. */
function callTime(): Record<string, number> {
  const { environment: place, context } = environment();
  const { run } = new Jit().load(
    assembleExtended(PROGRAMS.find(({ name }) => name === COMPILED[0])!.text).bytes,
    place,
  );
  const runs = (count: number): number => {
    const before = process.hrtime.bigint();
    let sum = 0;
    for (let i = 0; i < count; i++) sum += run(context);
    if (sum !== 0) throw new Error("the frame is none that the filter matches");
    return Number(process.hrtime.bigint() - before);
  };
  warmUp(runs);
  const count = countFor(runs);
  const times = Array.from({ length: SAMPLES }, () => runs(count) / count);
  return { [`${COMPILED[0]}: called from JavaScript, ns`]: Math.min(...times) };
}
