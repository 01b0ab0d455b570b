import { closeSync, openSync } from "node:fs";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import type { HeldSocket, KernelObjects } from "../../src/bpf/maps/kernel-objects.ts";
import { CREATE_FLAG, MAP_TYPES, type MapTypeName } from "../../src/bpf/maps/map-type.ts";
import type { Btf } from "../../src/bpf/object/btf/btf-type.ts";
import { BpfSyscall, type MapAttributes } from "../../src/bpf/syscall.ts";
import { Machine } from "../../src/bpf/vm/machine.ts";
import { LinearMemory } from "../../src/bpf/vm/memory.ts";
import { type KernelMaps, kernelMaps } from "./map-commands.ts";

const missing = "missing" in kernelMaps ? kernelMaps.missing : undefined;
const kernel = kernelMaps as KernelMaps;

const LOOPBACK = 1;
/** Neither open here nor there. */
const CLOSED = 999;

const sockets = missing === undefined ? [kernel.openSocket(), kernel.openSocket()] : [];
/** Descriptors that mean the same on both sides: the sockets and a file. */
const descriptors = missing === undefined ? [...sockets.map((it) => it.descriptor), openSync("/dev/null", "r")] : [0];
afterAll(() => {
  if (missing === undefined) for (const descriptor of descriptors) closeSync(descriptor);
});

/** What the descriptors and the loopback device are to netsim. */
function objectsOf(machine: Machine): KernelObjects {
  const address = machine.memory.allocate(64);
  const held = new Map<number, HeldSocket>(
    sockets.map(({ descriptor, cookie }, i) => [
      descriptor,
      {
        address: address + 8 * i,
        cookie,
        // AF_XDP sockets are their own; reuseport arrays want SO_REUSEPORT.
        admit: (type) => (type === MAP_TYPES.xskmap ? -95 : type === MAP_TYPES.reuseport_sockarray ? -22 : 0),
      },
    ]),
  );
  const file = descriptors[2]!;
  return {
    socket: (descriptor) => held.get(descriptor) ?? (descriptor === file ? -88 : -9),
    device: (index) => (index === LOOPBACK ? { index } : undefined),
    cgroup: () => -9,
    task: () => -9,
    inode: (descriptor) =>
      descriptors.includes(descriptor) ? { address: address + 8 * descriptors.indexOf(descriptor) } : -9,
  };
}

function netsimMaps(): BpfSyscall {
  const machine = new Machine(new LinearMemory());
  return new BpfSyscall({ machine, possibleCpus: kernel.possibleCpus, cpu: () => 0, objects: objectsOf(machine) });
}

const hex = (result: Uint8Array | number): string | number =>
  typeof result === "number" ? result : Buffer.from(result).toString("hex");

/** Types of integers of 4 and 8 bytes, numbers 1 and 2, as BPF_BTF_LOAD takes them. */
const INTEGERS = Buffer.from(
  [
    "9feb0100 18000000 00000000 20000000 20000000 09000000",
    "01000000 00000001 04000000 20000000 05000000 00000001 08000000 40000000",
    "00753332 00753634 00",
  ]
    .join("")
    .replace(/ /g, ""),
  "hex",
);
const OWN_INTEGERS: Btf = {
  name: () => "",
  count: 3,
  type: (id) =>
    id === 0
      ? { kind: "void" }
      : {
          kind: "int",
          name: `u${32 * id}`,
          size: 4 * id,
          bits: 32 * id,
          bitOffset: 0,
          signed: false,
          meaning: "number",
        },
  find: () => undefined,
};

const { NO_PREALLOC, MMAPABLE, PRESERVE_ELEMS } = CREATE_FLAG;
const make = (type: MapTypeName, keySize: number, valueSize: number, maxEntries: number, flags = 0): MapAttributes => ({
  type: MAP_TYPES[type],
  keySize,
  valueSize,
  maxEntries,
  flags,
});

const typed = (map: MapAttributes): MapAttributes => ({ ...map, types: { btf: 0, key: 1, value: 1 } });

const MAPS: readonly { name: string; map: MapAttributes }[] = [
  { name: "ringbuf", map: make("ringbuf", 0, 0, 4096) },
  { name: "user_ringbuf", map: make("user_ringbuf", 0, 0, 4096) },
  { name: "perf_event_array", map: make("perf_event_array", 4, 4, 3, PRESERVE_ELEMS) },
  { name: "stack_trace", map: make("stack_trace", 4, 32, 3) },
  { name: "cgroup_array", map: make("cgroup_array", 4, 4, 3) },
  { name: "devmap", map: make("devmap", 4, 4, 3) },
  { name: "devmap with programs", map: make("devmap", 4, 8, 3) },
  { name: "devmap_hash", map: make("devmap_hash", 4, 4, 3) },
  { name: "devmap_hash with programs", map: make("devmap_hash", 4, 8, 5) },
  { name: "cpumap", map: make("cpumap", 4, 4, 3) },
  { name: "xskmap", map: make("xskmap", 4, 4, 3) },
  { name: "sockmap", map: make("sockmap", 4, 4, 3) },
  { name: "sockmap with cookies", map: make("sockmap", 4, 8, 3) },
  { name: "sockhash with cookies", map: make("sockhash", 4, 8, 3) },
  { name: "sockhash with keys of 7 bytes", map: make("sockhash", 7, 4, 3) },
  { name: "reuseport_sockarray", map: make("reuseport_sockarray", 4, 8, 3) },
  { name: "cgroup_storage", map: make("cgroup_storage", 16, 8, 0) },
  { name: "percpu_cgroup_storage", map: make("percpu_cgroup_storage", 8, 8, 0) },
  { name: "sk_storage", map: typed(make("sk_storage", 4, 4, 0, NO_PREALLOC)) },
  { name: "inode_storage", map: typed(make("inode_storage", 4, 4, 0, NO_PREALLOC)) },
  { name: "task_storage", map: typed(make("task_storage", 4, 4, 0, NO_PREALLOC)) },
  { name: "cgrp_storage", map: typed(make("cgrp_storage", 4, 4, 0, NO_PREALLOC)) },
  { name: "arena", map: make("arena", 0, 0, 2, MMAPABLE) },
];

/** Storage goes by descriptors, everything else by small numbers. */
function keyOf({ type, keySize }: MapAttributes, key: number): Uint8Array | undefined {
  if (keySize === 0) return undefined;
  const bytes = Buffer.alloc(keySize);
  const stored = ["sk_storage", "inode_storage", "task_storage", "cgrp_storage"] as const;
  const byDescriptor = stored.some((name) => MAP_TYPES[name] === type);
  bytes.writeUInt32LE(byDescriptor ? ([...descriptors, CLOSED][key % 4] ?? 0) : key, 0);
  return bytes;
}

/** An interface, the length of a queue, or a descriptor. */
function numberFor({ type }: MapAttributes, value: number): number {
  const { devmap, devmap_hash, cpumap } = MAP_TYPES;
  if (([devmap, devmap_hash, cpumap] as number[]).includes(type)) return [0, LOOPBACK, LOOPBACK, 192, 20_000][value]!;
  return [...descriptors, ...descriptors, CLOSED][value]!;
}

const operation = fc.record({
  do: fc.constantFrom("lookup", "update", "update", "update", "delete", "take", "walk", "batch"),
  key: fc.nat(5),
  low: fc.nat(4),
  high: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.constantFrom(CLOSED, 0xffff_ffff)),
  flags: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.constantFrom(1, 2, 3, 4)),
});

type Both = [own: unknown, theirs: unknown];

describe.skipIf(missing !== undefined)(
  missing === undefined
    ? "maps of things do what the kernel's do, from user space"
    : `maps of things compared with the kernel (skipped: ${missing})`,
  () => {
    it.each(MAPS)("$name", ({ map }) => {
      const theirTypes = map.types === undefined ? 0 : kernel.loadBtf(INTEGERS);
      expect(theirTypes).toBeGreaterThanOrEqual(0);
      fc.assert(
        fc.property(fc.array(operation, { minLength: 1, maxLength: 25 }), (sequence) => {
          const ours = netsimMaps();
          const withTypes = (btf: number) => (map.types === undefined ? map : { ...map, types: { ...map.types, btf } });
          const own = ours.createMap(withTypes(ours.loadBtf(OWN_INTEGERS, 0)));
          const theirs = kernel.createMap(withTypes(theirTypes));
          expect([own, theirs].map((it) => Math.min(it, 0))).toEqual([0, 0]);
          const bytes = (ours.map(own) as { userValueSize: number }).userValueSize;
          const all = (next: (key: Uint8Array | undefined) => Uint8Array | number) => {
            const keys = [next(undefined)];
            for (let key = keys[0]!; typeof key !== "number" && keys.length < 12; ) {
              key = next(key);
              keys.push(key);
            }
            return keys.map(hex);
          };
          const perform = (it: (typeof sequence)[number]): Both => {
            const key = keyOf(map, it.key);
            const value = Buffer.alloc(Math.max(bytes, 8));
            value.writeUInt32LE(numberFor(map, it.low), 0);
            value.writeUInt32LE(it.high, 4);
            switch (it.do) {
              case "lookup":
                return [hex(ours.lookup(own, key, it.flags)), hex(kernel.lookup(theirs, key, bytes, it.flags))];
              case "take":
                return [hex(ours.take(own, key, it.flags)), hex(kernel.take(theirs, key, bytes, it.flags))];
              case "delete":
                return [ours.delete(own, key), kernel.delete(theirs, key)];
              case "walk":
                return [all((at) => ours.nextKey(own, at)), all((at) => kernel.nextKey(theirs, at, map.keySize))];
              case "batch": {
                const sizes = { key: map.keySize, value: bytes };
                const [a, b] = [
                  ours.lookupBatch(own, undefined, it.key, it.flags),
                  kernel.readBatch(false, theirs, sizes, undefined, it.key, it.flags),
                ];
                return [
                  [a.errno, a.count, a.values.map(hex)],
                  [b.errno, b.count, b.values.map(hex)],
                ];
              }
              default:
                return [ours.update(own, key, value, it.flags), kernel.update(theirs, key, value, it.flags)];
            }
          };
          try {
            for (const [i, it] of sequence.entries()) {
              const [a, b] = perform(it);
              expect({ i, it, result: a }).toEqual({ i, it, result: b });
            }
          } finally {
            kernel.close(theirs);
          }
        }),
        { numRuns: 25 },
      );
      if (theirTypes > 0) kernel.close(theirTypes);
    });

    it.each(Object.keys(MAP_TYPES) as MapTypeName[])("a %s is made, or refused, with the same error number", (type) => {
      const theirTypes = kernel.loadBtf(INTEGERS);
      const size = fc.constantFrom(
        0,
        1,
        3,
        4,
        8,
        12,
        16,
        24,
        32,
        64,
        513,
        1016,
        1024,
        4096,
        4097,
        5000,
        65_455,
        65_456,
      );
      const attributes = fc.record({
        keySize: fc.oneof({ weight: 4, arbitrary: fc.constantFrom(0, 4, 4, 8, 16) }, size),
        valueSize: fc.oneof({ weight: 4, arbitrary: fc.constantFrom(0, 4, 8) }, size),
        maxEntries: fc.constantFrom(0, 0, 1, 2, 3, 256, 257, 4096, 8192, 12_288),
        flags: fc.oneof(
          fc.constantFrom(0, 1, 1 << 10),
          fc.constantFrom(...Object.values(CREATE_FLAG)),
          fc.tuple(fc.nat(19), fc.nat(19)).map(([a, b]) => (1 << a) | (1 << b)),
        ),
        numaNode: fc.constantFrom(0, 0, 1, 0xffff_ffff),
        extra: fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, fc.constantFrom(1, 15, 16, 4096)),
        typed: fc.boolean(),
      });
      /** BPF_F_QUERY_EFFECTIVE to BPF_F_TOKEN_FD are bits of other commands, or need descriptors. */
      const foreign = (1 << 13) | (1 << 14) | (1 << 15) | (1 << 16) | (1 << 19);
      fc.assert(
        fc.property(attributes, ({ typed, ...rest }) => {
          fc.pre((rest.flags & foreign) === 0 && (rest.keySize + rest.valueSize) * rest.maxEntries < 1 << 24);
          const map = { type: MAP_TYPES[type], ...rest };
          const types = { key: map.keySize === 0 ? 0 : 1, value: map.valueSize === 8 ? 2 : 1 };
          const withTypes = (btf: number) => (typed ? { ...map, types: { btf, ...types } } : map);
          const ours = netsimMaps();
          const made = kernel.createMap(withTypes(theirTypes));
          if (made >= 0) kernel.close(made);
          expect({ map, errno: Math.min(ours.createMap(withTypes(ours.loadBtf(OWN_INTEGERS, 0))), 0) }).toEqual({
            map,
            errno: Math.min(made, 0),
          });
        }),
        { numRuns: 50 },
      );
      kernel.close(theirTypes);
    });
  },
);
