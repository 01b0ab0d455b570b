import { describe, expect, it } from "vitest";
import { SHOW } from "../../src/bpf/codec/show-value.ts";
import { generalHelpers } from "../../src/bpf/helpers/general.ts";
import { assembleExtended } from "../../src/bpf/isa/assembler/assemble.ts";
import { MAP_TYPES, type MapTypeName } from "../../src/bpf/maps/map-type.ts";
import type { BtfKind } from "../../src/bpf/object/btf/btf-type.ts";
import { sizeOf } from "../../src/bpf/object/btf/resolve.ts";
import { findProgramType } from "../../src/bpf/program-type.ts";
import { BpfSyscall } from "../../src/bpf/syscall.ts";
import { BPF_ENGINES } from "../../src/bpf/vm/engine.ts";
import { Machine } from "../../src/bpf/vm/machine.ts";
import { LinearMemory } from "../../src/bpf/vm/memory.ts";
import type { Kernel } from "../../src/kernel/kernel.ts";
import { Random } from "../../src/simulation/random.ts";
import { type KernelMaps, kernelMaps } from "./map-commands.ts";
import { kernelTypes, missing } from "./object-tools.ts";
import { running } from "./running.ts";

const TYPE = findProgramType("raw_tracepoint")!;
const OBJECT_BYTES = 4096;
const TEXT_BYTES = 30_000;
const FIRST = Buffer.alloc(4);
const array = (valueSize: number) => ({
  type: MAP_TYPES["array" satisfies MapTypeName],
  keySize: 4,
  valueSize,
  maxEntries: 1,
  flags: 0,
});

/** Writes the object in one map to the other as a type, with room and flags, all of which its arguments say. */
const program = (object: number, text: number) => `
  r6 = r1
  *(u32 *)(r10 -4) = 0
  r1 = map[fd:${object}]
  r2 = r10
  r2 += -4
  call bpf_map_lookup_elem
  if r0 == 0 goto out
  *(u64 *)(r10 -24) = r0
  r1 = *(u64 *)(r6 +24)
  if r1 == 0 goto object
  *(u64 *)(r10 -24) = 0
object:
  r1 = *(u64 *)(r6 +0)
  *(u32 *)(r10 -16) = r1
  *(u32 *)(r10 -12) = 0
  r1 = map[fd:${text}]
  r2 = r10
  r2 += -4
  call bpf_map_lookup_elem
  if r0 == 0 goto out
  r2 = *(u64 *)(r6 +8)
  if r2 == 0 goto out
  if r2 > ${TEXT_BYTES} goto out
  r1 = r0
  r3 = r10
  r3 += -24
  r4 = 16
  r5 = *(u64 *)(r6 +16)
  call bpf_snprintf_btf
out:
  exit`;

const KINDS: readonly BtfKind[] = ["struct", "union", "int", "enum", "enum64", "array", "pointer", "typedef", "float"];
const RAW_POINTERS = SHOW.rawPointers;
const FLAGS = [0, 1, 2, 3, 4, 5, 8, 9, 10, 12, 15, 7];

describe.skipIf(missing !== undefined)(
  `bpf_snprintf_btf beside the running kernel${missing ? ` (${missing})` : ""}`,
  () => {
    const { programs } = running as Kernel;
    const kernel = kernelMaps as KernelMaps;
    it("writes objects of the kernel's own types as the kernel does", { timeout: 60_000 }, () => {
      const types = kernelTypes();
      const chance = new Random(7n, "typed text");
      const below = (limit: number) => chance.uint32() % limit;

      const theirs = [kernel.createMap(array(OBJECT_BYTES)), kernel.createMap(array(TEXT_BYTES))] as const;
      const { bytes } = assembleExtended(program(...theirs), { complete: true });
      const { descriptor, log } = programs.load(bytes, { type: TYPE.number });
      expect(descriptor, log).toBeGreaterThan(0);

      const machine = new Machine(new LinearMemory());
      const maps = new BpfSyscall({ machine, possibleCpus: 1, cpu: () => 0 });
      const ours = [maps.createMap(array(OBJECT_BYTES)), maps.createMap(array(TEXT_BYTES))] as const;
      const helpers = generalHelpers(maps, { nanoseconds: () => 0n, random: () => 0, kernelTypes: () => types });
      const executable = BPF_ENGINES[0]!.load(assembleExtended(program(...ours), { complete: true }).bytes, {
        machine,
        context: { size: TYPE.context.size },
        helper: (number) => helpers.get(number),
        kernelFunction: () => undefined,
        resolve: (reference) => maps.resolve(reference),
      });
      const context = machine.memory.allocate(TYPE.context.size);

      const object = Buffer.alloc(OBJECT_BYTES);
      const empty = Buffer.alloc(TEXT_BYTES, 0x2e);
      const differences: unknown[] = [];
      const compare = (id: number, room: number, flags: number | bigint, isNothing = false) => {
        const args = Buffer.alloc(32);
        for (const [i, value] of [id, room, flags, Number(isNothing)].entries())
          args.writeBigUInt64LE(BigInt(value), 8 * i);
        for (const [commands, [from, to]] of [
          [kernel, theirs],
          [maps, ours],
        ] as const) {
          commands.update(from, FIRST, object);
          commands.update(to, FIRST, empty);
        }
        const result = programs.testRun(descriptor, { context: args, contextRoom: 0 });
        const textOf = (value: Uint8Array | number) => {
          const text = Buffer.from(value as Uint8Array).toString("latin1");
          const whole = text.slice(0, text.indexOf("\0") + 1);
          // Addresses are hidden otherwise from boot to boot.
          return (BigInt(flags) & BigInt(RAW_POINTERS)) !== 0n
            ? whole
            : whole.replace(/0x(?!0{16})([0-9a-f]{16}|\(_*ptrval_*\))/g, "POINTER");
        };
        const want = {
          result: typeof result === "number" ? result : result.returnValue | 0,
          text: textOf(kernel.lookup(theirs[1], FIRST, TEXT_BYTES)),
        };
        machine.memory.bytes.set(args, context);
        const have = { result: executable.run(context) | 0, text: textOf(maps.lookup(ours[1], FIRST) as Uint8Array) };
        if (JSON.stringify(have) !== JSON.stringify(want))
          differences.push({ id, flags: String(flags), room, isNothing, have, want });
      };

      const candidates: number[] = [];
      for (let id = 1; id < types.count; id++) {
        const type = types.type(id);
        if (KINDS.includes(type.kind) && (sizeOf(types, id) ?? OBJECT_BYTES) < OBJECT_BYTES) candidates.push(id);
      }
      for (let i = 0; i < 1500; i++) {
        const id = candidates[below(candidates.length)]!;
        for (let at = 0; at < OBJECT_BYTES; at += 8) {
          const kind = below(10);
          object.writeBigUInt64LE(
            kind < 5
              ? 0n
              : kind < 7
                ? BigInt(below(6))
                : kind < 9
                  ? 0x0000_6b6f_6f4c_e421n >> BigInt(8 * below(4))
                  : (BigInt(chance.uint32()) << 32n) | BigInt(chance.uint32()),
            at,
          );
        }
        const flags = FLAGS[below(FLAGS.length)]!;
        if (i % 7 === 0) compare(id, 1 + below(60), flags | RAW_POINTERS);
        else compare(id, TEXT_BYTES, flags, i % 40 === 1);
      }
      const some = candidates[0]!;
      for (const [id, room, flags] of [
        [0, 10, 0],
        [types.count + 100_000, 10, 0],
        [0xffff_ffff, 10, 0],
        [some, 10, 16],
        [some, 10, 1n << 40n],
        [some, 1, 0],
        [types.find("function", "ip_rcv")!, 40, 0],
      ] as const)
        compare(id, room, flags);
      kernel.close(descriptor);
      for (const map of theirs) kernel.close(map);
      expect(differences.slice(0, 3)).toEqual([]);
    });
  },
);
