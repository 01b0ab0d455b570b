import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { generalHelpers } from "../../src/bpf/helpers/general.ts";
import { assembleExtended } from "../../src/bpf/isa/assembler/assemble.ts";
import { CREATE_FLAG, MAP_TYPES } from "../../src/bpf/maps/map-type.ts";
import { findProgramType } from "../../src/bpf/program-type.ts";
import { BpfSyscall, type MapAttributes } from "../../src/bpf/syscall.ts";
import { BPF_ENGINES } from "../../src/bpf/vm/engine.ts";
import { Machine } from "../../src/bpf/vm/machine.ts";
import { LinearMemory } from "../../src/bpf/vm/memory.ts";
import type { Kernel } from "../../src/kernel/kernel.ts";
import { type KernelMaps, kernelMaps } from "./map-commands.ts";
import { running } from "./running.ts";

const TYPE = findProgramType("raw_tracepoint")!;
const FLAG = { user: 1 << 8, fast: 1 << 9, reuse: 1 << 10, buildId: 1 << 11 } as const;
const FIRST = Buffer.alloc(4);
const ROOM = 1024;
const OUTPUT: MapAttributes = { type: MAP_TYPES.array, keySize: 4, valueSize: ROOM, maxEntries: 1, flags: 0 };
const traces = (maxEntries: number, valueSize: number, flags = 0): MapAttributes => ({
  type: MAP_TYPES.stack_trace,
  keySize: 4,
  valueSize,
  maxEntries,
  flags,
});

/** Flags and a size, by which a program makes one call: all calls of a program are in the same place of it. */
type Call = readonly [flags: number, size?: number];

const GET_STACK = (map: number) => `
  r6 = r1
  r8 = *(u64 *)(r6 +8)
  *(u32 *)(r10 -4) = 0
  r1 = map[fd:${map}]
  r2 = r10
  r2 += -4
  call bpf_map_lookup_elem
  if r0 == 0 goto out
  if r8 > ${ROOM} goto out
  r1 = r6
  r2 = r0
  r3 = r8
  r4 = *(u64 *)(r6 +0)
  call bpf_get_stack
out:
  exit`;
const GET_STACK_ID = (map: number) => `
  r3 = *(u64 *)(r1 +0)
  r2 = map[fd:${map}]
  call bpf_get_stackid
  exit`;
const contextOf = ([flags, size = 0]: Call) => {
  const context = Buffer.alloc(16);
  context.writeBigUInt64LE(BigInt(flags), 0);
  context.writeBigUInt64LE(BigInt(size), 8);
  return context;
};
const hex = (bytes: Uint8Array | number) => (typeof bytes === "number" ? bytes : Buffer.from(bytes).toString("hex"));

/** What may be done to a map between and after calls. */
interface Commands {
  lookup(map: number, key: Uint8Array, bytes: number): Uint8Array | number;
  delete(map: number, key: Uint8Array): number;
  take(map: number, key: Uint8Array, bytes: number): Uint8Array | number;
  nextKey(map: number, key: Uint8Array | undefined, bytes: number): Uint8Array | number;
}

const missing = "missing" in running ? running.missing : "missing" in kernelMaps ? kernelMaps.missing : undefined;
describe.skipIf(missing !== undefined)(`call stacks beside the running kernel${missing ? ` (${missing})` : ""}`, () => {
  const { programs } = running as Kernel;
  const kernel = kernelMaps as KernelMaps;

  /** Has the kernel run a program with some calls. @param look tells of a map behind each. */
  function inKernel<T>(map: MapAttributes, text: (map: number) => string, work: (map: number, run: Run) => T): T {
    const descriptor = kernel.createMap(map);
    const { bytes } = assembleExtended(text(descriptor), { complete: true });
    const { descriptor: program, log } = programs.load(bytes, { type: TYPE.number });
    try {
      expect({ program: program >= 0, map: descriptor >= 0 }, log).toEqual({ program: true, map: true });
      return work(descriptor, (call) => {
        const result = programs.testRun(program, { context: contextOf(call), contextRoom: 0 });
        return typeof result === "number" ? result : result.returnValue | 0;
      });
    } finally {
      kernel.close(program);
      kernel.close(descriptor);
    }
  }
  type Run = (call: Call) => number;

  /** The same here, on each engine. @param frames what the kernel's own stack was. */
  function here<T>(
    frames: readonly bigint[],
    map: MapAttributes,
    text: (map: number) => string,
    work: (maps: BpfSyscall, map: number, run: Run) => T,
  ): T[] {
    return BPF_ENGINES.map((engine) => {
      const machine = new Machine(new LinearMemory());
      const maps = new BpfSyscall({ machine, possibleCpus: 1, cpu: () => 0 });
      const descriptor = maps.createMap(map);
      const helpers = generalHelpers(maps, { nanoseconds: () => 0n, random: () => 0, callStack: () => frames });
      const executable = engine.load(assembleExtended(text(descriptor), { complete: true }).bytes, {
        machine,
        context: { size: TYPE.context.size },
        helper: (number) => helpers.get(number),
        kernelFunction: () => undefined,
        resolve: (reference) => maps.resolve(reference),
      });
      const context = machine.memory.allocate(TYPE.context.size);
      return work(maps, descriptor, (call) => {
        machine.memory.bytes.set(contextOf(call), context);
        return Number(BigInt.asIntN(32, BigInt(executable.run(context))));
      });
    });
  }

  const framesIn = (bytes: Uint8Array, length: number) =>
    Array.from({ length: length / 8 }, (_, i) => Buffer.from(bytes).readBigUInt64LE(8 * i));

  it("bpf_get_stack of the kernel's functions", () => {
    const { frames, steps, want } = inKernel(OUTPUT, GET_STACK, (map, run) => {
      const whole = run([0, ROOM]);
      const frames = framesIn(kernel.lookup(map, FIRST, ROOM) as Uint8Array, whole);
      const { length } = frames;
      const skips = [0, 1, length - 1, length, length + 1, 200, 255];
      const steps: Call[] = [
        ...skips.flatMap((skip) => [0, 8, 16, ROOM].map((size): Call => [skip, size])),
        [0, 12],
        [FLAG.buildId, 32],
        [FLAG.fast, 8],
        [FLAG.reuse, 8],
        [FLAG.user | FLAG.buildId, 24],
        [1 << 12, 8],
        [2 ** 40, 8],
      ];
      const want = steps.map((step) => [step, run(step), hex(kernel.lookup(map, FIRST, ROOM))]);
      return { frames, steps, want };
    });
    expect(frames.length).toBeGreaterThan(2);
    const all = here(frames, OUTPUT, GET_STACK, (maps, map, run) => {
      run([0, ROOM]);
      return steps.map((step) => [step, run(step), hex(maps.lookup(map, FIRST))]);
    });
    for (const have of all) expect(have).toEqual(want);
  });

  const step = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        skip: fc.nat(9),
        flags: fc.constantFrom(0, FLAG.fast, FLAG.reuse, FLAG.fast | FLAG.reuse, 0, FLAG.reuse, FLAG.buildId, 1 << 20),
      }),
    },
    { weight: 1, arbitrary: fc.constantFrom("delete", "take", "next") },
  );
  it("bpf_get_stackid: numbers, room, and what user space finds", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(1, 2, 3, 5, 8),
        fc.constantFrom(32, 64, 256),
        fc.boolean(),
        fc.array(step, { minLength: 1, maxLength: 16 }),
        (entries, size, withIds, steps) => {
          const map = traces(entries, size, withIds ? CREATE_FLAG.STACK_BUILD_ID : 0);
          /** The number that was given last stands for all. */
          const perform = (commands: Commands, descriptor: number, run: Run) => {
            let last = FIRST;
            return steps.map((it) => {
              if (it === "delete") return commands.delete(descriptor, last);
              if (it === "take") return hex(commands.take(descriptor, last, size));
              if (it === "next") return [undefined, last].map((key) => hex(commands.nextKey(descriptor, key, 4)));
              const id = run([it.skip | it.flags]);
              if (id < 0) return id;
              last = Buffer.alloc(4);
              last.writeUInt32LE(id);
              return [id, hex(commands.lookup(descriptor, last, size))];
            });
          };
          const { want, frames } = inKernel(map, GET_STACK_ID, (descriptor, run) => {
            const whole = wholeStack(descriptor, run);
            return { want: perform(kernel, descriptor, run), frames: whole };
          });
          const all = here(frames, map, GET_STACK_ID, (maps, descriptor, run) =>
            perform(
              {
                lookup: (of, key) => maps.lookup(of, key),
                take: (of, key) => maps.take(of, key),
                delete: (of, key) => maps.delete(of, key),
                nextKey: (of, key) => maps.nextKey(of, key),
              },
              descriptor,
              run,
            ),
          );
          for (const have of all) expect(have).toEqual(want);
        },
      ),
      { numRuns: 150 },
    );

    /** The frames of calls, frame by frame, so that any map has room; the map is empty again behind it. */
    function wholeStack(map: number, run: Run): bigint[] {
      const frames: bigint[] = [];
      for (let skip = 0; ; skip++) {
        const id = run([skip]);
        if (id < 0) return frames;
        const key = Buffer.alloc(4);
        key.writeUInt32LE(id);
        const value = Buffer.from(kernel.take(map, key, 256) as Uint8Array);
        // Of struct bpf_stack_build_id the first word is a kind of frame, not an address.
        frames.push(value.readBigUInt64LE(value.readUInt32LE() === 2 ? 24 : 0));
      }
    }
  });
});
