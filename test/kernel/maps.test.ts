import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mapHelpers } from "../../src/bpf/helpers/maps.ts";
import { assembleExtended } from "../../src/bpf/isa/assembler/assemble.ts";
import { CREATE_FLAG, MAP_TYPES, type MapTypeName } from "../../src/bpf/maps/map-type.ts";
import type { LookupBatchResult } from "../../src/bpf/syscall/batch.ts";
import { BpfSyscall, type MapAttributes } from "../../src/bpf/syscall.ts";
import { SK_BUFF_CONTEXT } from "../../src/bpf/test-run/context.ts";
import { BPF_ENGINES } from "../../src/bpf/vm/engine.ts";
import { Machine } from "../../src/bpf/vm/machine.ts";
import { LinearMemory } from "../../src/bpf/vm/memory.ts";
import { type KernelMaps, kernelMaps } from "./map-commands.ts";

const missing = "missing" in kernelMaps ? kernelMaps.missing : undefined;
const kernel = kernelMaps as KernelMaps;

/** netsim's maps on as many processors as the kernel has. */
function netsimMaps(): BpfSyscall {
  return new BpfSyscall({
    machine: new Machine(new LinearMemory()),
    possibleCpus: kernel.possibleCpus,
    cpu: () => 0,
  });
}

const hex = (result: Uint8Array | number): string | number =>
  typeof result === "number" ? result : Buffer.from(result).toString("hex");

const make = (type: MapTypeName, keySize: number, valueSize: number, maxEntries: number, flags = 0): MapAttributes => ({
  type: MAP_TYPES[type],
  keySize,
  valueSize,
  maxEntries,
  flags,
});

const PREALLOCATED = CREATE_FLAG.ZERO_SEED;
const ON_DEMAND = CREATE_FLAG.ZERO_SEED | CREATE_FLAG.NO_PREALLOC;
const PER_CPU_LRU = CREATE_FLAG.ZERO_SEED | CREATE_FLAG.NO_COMMON_LRU;

/** Maps that are small, so that random operations fill them. */
const MAPS: readonly { name: string; map: MapAttributes }[] = [
  { name: "array", map: make("array", 4, 8, 5) },
  { name: "array with values of 3 bytes", map: make("array", 4, 3, 5) },
  { name: "percpu_array", map: make("percpu_array", 4, 16, 5) },
  { name: "hash", map: make("hash", 4, 8, 5, PREALLOCATED) },
  { name: "hash without preallocation", map: make("hash", 4, 8, 5, ON_DEMAND) },
  { name: "hash with keys of 7 bytes", map: make("hash", 7, 5, 6, PREALLOCATED) },
  { name: "hash with keys of 12 bytes", map: make("hash", 12, 1, 4, PREALLOCATED) },
  { name: "hash with keys of 13 bytes", map: make("hash", 13, 16, 4, PREALLOCATED) },
  { name: "hash with keys of 40 bytes", map: make("hash", 40, 70, 9, PREALLOCATED) },
  { name: "percpu_hash", map: make("percpu_hash", 4, 16, 5, PREALLOCATED) },
  { name: "percpu_array with values of 3 bytes", map: make("percpu_array", 4, 3, 5) },
  { name: "percpu_hash with values of 5 bytes", map: make("percpu_hash", 4, 5, 5, PREALLOCATED) },
  { name: "lru_percpu_hash with values of 12 bytes", map: make("lru_percpu_hash", 4, 12, 6, PREALLOCATED) },
  { name: "lru_hash", map: make("lru_hash", 4, 8, 6, PREALLOCATED) },
  { name: "lru_hash of one element", map: make("lru_hash", 4, 8, 1, PREALLOCATED) },
  { name: "lru_hash with lists per CPU", map: make("lru_hash", 4, 8, 8, PER_CPU_LRU) },
  { name: "lru_percpu_hash", map: make("lru_percpu_hash", 4, 8, 6, PREALLOCATED) },
  { name: "lru_percpu_hash with lists per CPU", map: make("lru_percpu_hash", 4, 8, 8, PER_CPU_LRU) },
  { name: "lpm_trie of IPv4", map: make("lpm_trie", 8, 8, 6, CREATE_FLAG.NO_PREALLOC) },
  { name: "lpm_trie of a byte", map: make("lpm_trie", 5, 8, 12, CREATE_FLAG.NO_PREALLOC) },
  { name: "queue", map: make("queue", 0, 5, 3) },
  { name: "stack", map: make("stack", 0, 5, 3) },
  { name: "bloom_filter", map: make("bloom_filter", 0, 8, 3, CREATE_FLAG.ZERO_SEED) },
  { name: "bloom_filter with values of 5 bytes", map: make("bloom_filter", 0, 5, 100, CREATE_FLAG.ZERO_SEED) },
  { name: "bloom_filter of 2 hashes", map: { ...make("bloom_filter", 0, 12, 20, CREATE_FLAG.ZERO_SEED), extra: 2 } },
];

type Batch = "lookup batch" | "take batch" | "update batch" | "delete batch";

interface Operation {
  readonly do: "lookup" | "update" | "delete" | "take" | "walk" | "program" | Batch;
  readonly key: number;
  readonly value: number;
  readonly flags: number;
  readonly helper: number;
}

const operations = fc.array(
  fc.record<Operation>({
    do: fc.constantFrom(
      "lookup",
      "update",
      "update",
      "update",
      "delete",
      "take",
      "walk",
      "lookup batch",
      "take batch",
      "update batch",
      "delete batch",
      "program",
      "program",
      "program",
    ),
    key: fc.nat(11),
    value: fc.nat(0xffff),
    flags: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.constantFrom(1, 2, 3, 4, 5, 8)),
    helper: fc.nat(3),
  }),
  { minLength: 1, maxLength: 60 },
);

/** A few keys of a map's size, near one another: prefixes of few lengths, indices within and beyond an array. */
function keyOf({ type, keySize }: MapAttributes, key: number): Uint8Array | undefined {
  if (keySize === 0) return undefined;
  const bytes = Buffer.alloc(keySize, key);
  if (type === MAP_TYPES.lpm_trie) {
    bytes.writeUInt32LE([0, 1, 3, 4, 7, 8, 16, 30, 31, 32, 33, 5][key]!, 0);
    bytes.fill(key & 1 ? 0xa5 : key & 2 ? 0xa0 : 0x25, 4);
  } else if (keySize >= 4) bytes.writeUInt32LE(key, 0);
  return bytes;
}

/** Different bytes everywhere, as long as user space's values. */
const bytesFrom = (bytes: number, value: number) =>
  Buffer.from(Array.from({ length: bytes }, (_, i) => value + i * 37));

const isKeyless = ({ keySize }: MapAttributes): boolean => keySize === 0;

/**
 * A classifier that does to the map what its packet says: byte 14 look-up, update, delete (push, pop, peek), byte 15 the flags,
 * then the key and the value. It returns the value's first byte or, behind 256, what the helper gave.
 */
function driver(map: MapAttributes, descriptor: number): Uint8Array {
  const { keySize, valueSize } = map;
  const value = -8 * Math.ceil(valueSize / 8);
  const key = value - 8 * Math.ceil(keySize / 8);
  const fill = (stack: number, from: number, bytes: number) =>
    Array.from({ length: bytes }, (_, i) => `r0 = *(u8 *)skb[${from + i}]\n*(u8 *)(r10 ${stack + i}) = r0`).join("\n");
  const pointers = (second: string) => `r1 = map[fd:${descriptor}]\nr2 = r10\nr2 += ${second}`;
  const code = isKeyless(map)
    ? `if r7 == 1 goto pop
       if r7 == 2 goto peek
       ${pointers(`${value}`)}
       r3 = r8
       call 87
       goto errno
     pop:
       ${pointers(`${value}`)}
       call ${map.type === MAP_TYPES.bloom_filter ? 89 : 88}
       goto popped
     peek:
       ${pointers(`${value}`)}
       call 89
     popped:
       if r0 != 0 goto errno
       r0 = *(u8 *)(r10 ${value})
       exit`
    : `if r7 == 1 goto update
       if r7 == 2 goto delete
       ${pointers(`${key}`)}
       call 1
       if r0 == 0 goto errno
       r0 = *(u8 *)(r0 +0)
       exit
     update:
       ${pointers(`${key}`)}
       r3 = r10
       r3 += ${value}
       r4 = r8
       call 2
       goto errno
     delete:
       ${pointers(`${key}`)}
       call 3`;
  return assembleExtended(`
    r6 = r1
    r0 = *(u8 *)skb[14]
    r7 = r0
    r0 = *(u8 *)skb[15]
    r8 = r0
    ${fill(key, 16, keySize)}
    ${fill(value, 16 + keySize, valueSize)}
    ${code}
    errno:
    r0 += 4096
    exit`).bytes;
}

/** Both sides with one map each, made alike. */
function pair(map: MapAttributes, engine: (typeof BPF_ENGINES)[number]) {
  const ours = netsimMaps();
  const { machine } = ours.place;
  const [own, theirs] = [ours.createMap(map), kernel.createMap(map)];
  expect({ made: own >= 0 }).toEqual({ made: theirs >= 0 });
  const helpers = mapHelpers(ours);
  const executable = engine.load(driver(map, own), {
    machine,
    context: SK_BUFF_CONTEXT.layout,
    helper: (number) => helpers.get(number),
    kernelFunction: () => undefined,
    resolve: (reference) => ours.resolve(reference),
  });
  const program = kernel.load(driver(map, theirs));
  const context = machine.memory.allocate(SK_BUFF_CONTEXT.bytes);
  const data = machine.memory.allocate(512);
  const run = (packet: Uint8Array): [number, number] => {
    machine.memory.bytes.set(packet, data);
    SK_BUFF_CONTEXT.fill(machine.memory, context, { bytes: packet, protocol: 0, networkOffset: 14 }, data);
    return [executable.run(context) >>> 0, kernel.testRun(program, packet)];
  };
  const found = ours.map(own);
  const bytes = typeof found === "number" ? 0 : found.userValueSize;
  const close = () => {
    kernel.close(program);
    kernel.close(theirs);
  };
  return { ours, own, theirs, bytes, run, close };
}

type Pair = ReturnType<typeof pair>;

/** All keys in the order in which they are walked. */
function walk(map: MapAttributes, { ours, own, theirs }: Pair): [unknown[], unknown[]] {
  const all = (next: (key: Uint8Array | undefined) => Uint8Array | number) => {
    const keys: (string | number)[] = [];
    for (let key = next(undefined); keys.length < 50; key = next(key)) {
      keys.push(hex(key));
      if (typeof key === "number") break;
    }
    return keys;
  };
  return [all((key) => ours.nextKey(own, key)), all((key) => kernel.nextKey(theirs, key, map.keySize))];
}

/** Batches of a size up to the end of the map, or to the first that fails. */
function readAll(map: MapAttributes, { ours, own, theirs, bytes }: Pair, take: boolean, count: number, flags: number) {
  const sizes = { key: map.keySize, value: bytes };
  const all = (read: (from: Uint8Array | undefined) => LookupBatchResult) => {
    const results: unknown[] = [];
    let from: Uint8Array | undefined;
    for (let i = 0; i < 20; i++) {
      const { errno, count: done, keys, values, next } = read(from);
      results.push({ errno, done, keys: keys.map(hex), values: values.map(hex) });
      if (errno !== 0 || done === 0) break;
      from = next;
    }
    return results;
  };
  return [
    all((from) => (take ? ours.takeBatch(own, from, count, flags) : ours.lookupBatch(own, from, count, flags))),
    all((from) => kernel.readBatch(take, theirs, sizes, from, count, flags)),
  ] as [unknown, unknown];
}

/** What both sides make of an operation. */
function perform(map: MapAttributes, sides: Pair, operation: Operation): [unknown, unknown] {
  const { ours, own, theirs, bytes, run } = sides;
  const { flags } = operation;
  const key = keyOf(map, operation.key);
  switch (operation.do) {
    case "lookup": {
      const asked = bytesFrom(bytes, operation.value);
      return [hex(ours.lookup(own, key, flags, asked)), hex(kernel.lookup(theirs, key, bytes, flags, asked))];
    }
    case "take":
      return [hex(ours.take(own, key, flags)), hex(kernel.take(theirs, key, bytes, flags))];
    case "update": {
      const value = bytesFrom(bytes, operation.value);
      return [ours.update(own, key, value, flags), kernel.update(theirs, key, value, flags)];
    }
    case "delete":
      return [ours.delete(own, key), kernel.delete(theirs, key)];
    case "walk":
      return walk(map, sides);
    case "lookup batch":
    case "take batch":
      return readAll(map, sides, operation.do === "take batch", operation.value % 6, flags);
    case "update batch":
    case "delete batch": {
      if (key === undefined) return [0, 0];
      const keys = Array.from({ length: operation.value % 4 }, (_, i) => keyOf(map, (operation.key + i) % 12)!);
      if (operation.do === "delete batch")
        return [ours.deleteBatch(own, keys, flags), kernel.deleteBatch(theirs, keys, flags)];
      const values = keys.map((_, i) => bytesFrom(bytes, operation.value + i));
      return [ours.updateBatch(own, keys, values, flags), kernel.updateBatch(theirs, keys, values, flags)];
    }
    case "program": {
      const packet = Buffer.alloc(14 + 2 + 64 + 128);
      packet[14] = operation.helper;
      packet[15] = flags;
      packet.set(key ?? [], 16);
      packet.set(bytesFrom(map.valueSize, operation.value), 16 + map.keySize);
      return run(packet);
    }
  }
}

describe.skipIf(missing !== undefined)(
  missing === undefined ? "maps do what the kernel's do" : `maps compared with the kernel (skipped: ${missing})`,
  () => {
    it.each(MAPS)("$name", ({ map }) => {
      const [interpreter, jit] = BPF_ENGINES;
      fc.assert(
        fc.property(operations, fc.boolean(), (sequence, compiled) => {
          const sides = pair(map, compiled ? jit! : interpreter!);
          try {
            for (const operation of [...sequence, { ...sequence[0]!, do: "walk" as const }]) {
              const [own, theirs] = perform(map, sides, operation);
              expect(own).toEqual(theirs);
            }
          } finally {
            sides.close();
          }
        }),
        { numRuns: 40 },
      );
    });

    it("are made, or refused, with the same error numbers", () => {
      const size = fc.constantFrom(
        0,
        1,
        3,
        4,
        5,
        8,
        260,
        261,
        512,
        513,
        32_768,
        32_769,
        4_194_000,
        4_194_304,
        4_194_305,
      );
      const attributes = fc.record<MapAttributes>({
        type: fc.constantFrom(...Object.values(MAP_TYPES), 0, 999),
        keySize: fc.oneof({ weight: 3, arbitrary: fc.constantFrom(0, 4, 8) }, size),
        valueSize: fc.oneof({ weight: 3, arbitrary: fc.constant(4) }, size),
        maxEntries: fc.constantFrom(0, 1, 2, 3),
        flags: fc.oneof(
          fc.constantFrom(0, 1),
          fc.constantFrom(...Object.values(CREATE_FLAG)),
          fc.tuple(fc.nat(12), fc.nat(12)).map(([a, b]) => (1 << a) | (1 << b)),
        ),
      });
      const unlike = CREATE_FLAG.NUMA_NODE | (1 << 5) | (1 << 9);
      fc.assert(
        fc.property(attributes, (map) => {
          fc.pre((map.flags & unlike) === 0);
          const made = kernel.createMap(map);
          if (made >= 0) kernel.close(made);
          expect(Math.min(netsimMaps().createMap(map), 0)).toBe(Math.min(made, 0));
        }),
        { numRuns: 800 },
      );
    });
  },
);
