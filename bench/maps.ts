import { mapHelpers } from "../src/bpf/helpers/maps.ts";
import { assembleExtended } from "../src/bpf/isa/assembler/assemble.ts";
import { oneCpu } from "../src/bpf/maps/map-place.ts";
import { CREATE_FLAG, MAP_TYPES, type MapTypeName } from "../src/bpf/maps/map-type.ts";
import { BpfSyscall, type MapAttributes } from "../src/bpf/syscall.ts";
import { SK_BUFF_CONTEXT } from "../src/bpf/test-run/context.ts";
import { Jit } from "../src/bpf/vm/jit/jit.ts";
import { Machine } from "../src/bpf/vm/machine.ts";
import { LinearMemory } from "../src/bpf/vm/memory.ts";
import { type KernelMaps, kernelMaps } from "../test/kernel/map-commands.ts";
import { type BenchResult, median } from "./bench.ts";
import { KernelProgram } from "./engine/kernel.ts";

/** Powers of two: a few, and about a million. */
const FEW = 1 << 10;
const MANY = 1 << 20;
const RUNS = 200_000;
const SAMPLES = 7;

/** What a program does to the map with a random key below its number of entries; `present` says whether it has all keys before. */
const OPERATIONS = {
  "look-up": { present: true, code: "call 1\nif r0 == 0 goto +2\nr0 = *(u64 *)(r0 +0)\nr7 += r0" },
  update: { present: true, code: "r3 = r10\nr3 += -16\nr4 = 0\ncall 2" },
  "update and delete": {
    present: false,
    code: "r3 = r10\nr3 += -16\nr4 = 0\ncall 2\nr1 = map[fd:MAP]\nr2 = r10\nr2 += -8\ncall 3",
  },
} as const;

type OperationName = keyof typeof OPERATIONS;

const ARRAY: readonly OperationName[] = ["look-up", "update"];
const ALL: readonly OperationName[] = ["look-up", "update", "update and delete"];
const TYPES: readonly { type: MapTypeName; operations: readonly OperationName[]; keySize?: number; flags?: number }[] =
  [
    { type: "array", operations: ARRAY },
    { type: "percpu_array", operations: ARRAY },
    { type: "hash", operations: ALL },
    { type: "percpu_hash", operations: ALL },
    { type: "lru_hash", operations: ALL },
    { type: "lpm_trie", operations: ALL, keySize: 8, flags: CREATE_FLAG.NO_PREALLOC },
  ];

/** Types that are also measured with many entries. */
const LARGE: readonly MapTypeName[] = ["array", "hash", "lpm_trie"];

/** The next random number is made of the last one, which stays in the context (cb[1]) from run to run. */
const program = (name: OperationName, map: number, { keySize, maxEntries }: MapAttributes): Uint8Array =>
  assembleExtended(`
    r7 = *(u32 *)(r1 +52)
    r7 *= 1103515245
    r7 += 12345
    *(u32 *)(r1 +52) = r7
    r7 >>= 8
    r7 &= ${maxEntries - 1}
    ${keySize === 8 ? "*(u32 *)(r10 -8) = 32\n*(u32 *)(r10 -4) = r7" : "*(u32 *)(r10 -8) = r7"}
    *(u64 *)(r10 -16) = r7
    r1 = map[fd:${map}]
    r2 = r10
    r2 += -8
    ${OPERATIONS[name].code.replace("MAP", String(map))}
    r0 = r7
    exit`).bytes;

/** Look-up, update and delete from programs: the WebAssembly JIT and Linux's (BPF_PROG_TEST_RUN), by turns, in one run each. */
export function maps(): BenchResult {
  const figures: Record<string, string> = {};
  const ratios: Record<string, number> = {};
  for (const { type, operations, keySize = 4, flags = 0 } of TYPES)
    for (const operation of operations) {
      for (const maxEntries of operation === "look-up" && LARGE.includes(type) ? [FEW, MANY] : [FEW]) {
        const map = { type: MAP_TYPES[type], keySize, valueSize: 8, maxEntries, flags };
        const { jit, kernel, ratio } = measure(operation, map);
        const name = `${type} ${operation}${maxEntries === MANY ? " among a million" : ""}`;
        figures[name] = `${jit.toFixed(1)} ns, kernel ${kernel.toFixed(1)} ns`;
        ratios[name] = ratio;
      }
    }
  return { bench: "maps", figures, ratios };
}

function askedKernel(): KernelMaps {
  if ("missing" in kernelMaps) throw new Error(`the maps bench asks the kernel: ${kernelMaps.missing}`);
  return kernelMaps;
}

function measure(operation: OperationName, map: MapAttributes): { jit: number; kernel: number; ratio: number } {
  const kernel = askedKernel();
  const ours = openOurs(operation, map);
  const descriptor = kernel.createMap(map);
  if (OPERATIONS[operation].present)
    fill(map, (keys) => {
      const perCpu = map.type === MAP_TYPES.percpu_array || map.type === MAP_TYPES.percpu_hash;
      const values = keys.map(() => Buffer.alloc(perCpu ? 8 * kernel.possibleCpus : 8));
      return kernel.updateBatch(descriptor, keys, values, 0).errno;
    });
  const theirs = new KernelProgram(program(operation, descriptor, map));
  const frame = new Uint8Array(64);
  try {
    for (let i = 0; i < 3; i++) ours();
    const keys = [1, 2].map((repeat) => theirs.testRun(frame, repeat).result);
    if (keys[0] === keys[1]) throw new Error("the kernel's program uses one key only");
    theirs.testRun(frame, RUNS);
    const samples = Array.from({ length: SAMPLES }, () => {
      const jit = ours() / RUNS;
      return { jit, kernel: theirs.testRun(frame, RUNS).nanoseconds / RUNS };
    });
    return {
      jit: median(samples.map(({ jit }) => jit)),
      kernel: median(samples.map(({ kernel }) => kernel)),
      ratio: median(samples.map(({ jit, kernel }) => jit / kernel)),
    };
  } finally {
    theirs.close();
    kernel.close(descriptor);
  }
}

/** Gives a function that runs the program RUNS times and returns the nanoseconds. */
function openOurs(operation: OperationName, map: MapAttributes): () => number {
  const machine = new Machine(new LinearMemory());
  const { memory } = machine;
  const syscall = new BpfSyscall(oneCpu(machine));
  const descriptor = syscall.createMap(map);
  if (OPERATIONS[operation].present)
    fill(
      map,
      (keys) =>
        syscall.updateBatch(
          descriptor,
          keys,
          keys.map(() => new Uint8Array(8)),
        ).errno,
    );
  const helpers = mapHelpers(syscall);
  const executable = new Jit().load(program(operation, descriptor, map), {
    machine,
    context: SK_BUFF_CONTEXT.layout,
    helper: (number) => helpers.get(number),
    kernelFunction: () => undefined,
    resolve: (reference) => syscall.resolve(reference),
  });
  const context = memory.allocate(SK_BUFF_CONTEXT.bytes);
  memory.bytes.fill(0, context, context + SK_BUFF_CONTEXT.bytes);
  const contexts = memory.allocate(4 * RUNS);
  const results = memory.allocate(4 * RUNS);
  for (let i = 0; i < RUNS; i++) memory.setUint32(contexts + 4 * i, context);
  return () => {
    const before = process.hrtime.bigint();
    executable.runBatch(contexts, RUNS, results);
    return Number(process.hrtime.bigint() - before);
  };
}

/** Puts all keys into a map, in batches. */
function fill({ keySize, maxEntries }: MapAttributes, put: (keys: readonly Uint8Array[]) => number): void {
  const size = Math.min(maxEntries, FEW);
  for (let first = 0; first < maxEntries; first += size) {
    const keys = Array.from({ length: size }, (_, i) => {
      const key = Buffer.alloc(keySize);
      key.writeUInt32LE(keySize === 8 ? 32 : first + i, 0);
      if (keySize === 8) key.writeUInt32LE(first + i, 4);
      return key;
    });
    const errno = put(keys);
    if (errno !== 0) throw new Error(`filling a map gives ${errno}`);
  }
}
