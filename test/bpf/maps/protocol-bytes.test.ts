import { describe, expect, it } from "vitest";
import { mapHelpers } from "../../../src/bpf/helpers/maps.ts";
import { assembleExtended } from "../../../src/bpf/isa/assembler/assemble.ts";
import { oneCpu } from "../../../src/bpf/maps/map-place.ts";
import { MAP_TYPES } from "../../../src/bpf/maps/map-type.ts";
import { BpfSyscall } from "../../../src/bpf/syscall.ts";
import { SK_BUFF_CONTEXT } from "../../../src/bpf/test-run/context.ts";
import { BPF_ENGINES } from "../../../src/bpf/vm/engine.ts";
import { Machine } from "../../../src/bpf/vm/machine.ts";
import { LinearMemory } from "../../../src/bpf/vm/memory.ts";

/** Bytes of outgoing packets by IP protocol, as the kernel's samples/bpf/sockex1 counts them. */
const LISTING = (map: number) => `
  0: r6 = r1
  1: r0 = *(u8 *)skb[23]
  2: *(u32 *)(r10 -4) = r0
  3: r1 = *(u32 *)(r6 +4)
  4: if r1 != 4 goto pc+8
  5: r2 = r10
  6: r2 += -4
  7: r1 = map[fd:${map}]
  9: call bpf_map_lookup_elem#1
  10: if r0 == 0 goto pc+2
  11: r1 = *(u32 *)(r6 +0)
  12: lock *(u64 *)(r0 +0) += r1
  13: r0 = 0
  14: exit`;

const OUTGOING = 4;

describe.each(BPF_ENGINES)("the filter that counts bytes by protocol, on the $name", (engine) => {
  it("counts the length of every outgoing packet", () => {
    const machine = new Machine(new LinearMemory());
    const maps = new BpfSyscall(oneCpu(machine));
    const counts = maps.createMap({ type: MAP_TYPES.array, keySize: 4, valueSize: 8, maxEntries: 256, flags: 0 });
    const helpers = mapHelpers(maps);
    const program = engine.load(assembleExtended(LISTING(counts), { complete: true }).bytes, {
      machine,
      context: SK_BUFF_CONTEXT.layout,
      helper: (number) => helpers.get(number),
      kernelFunction: () => undefined,
      resolve: (reference) => maps.resolve(reference),
    });
    const context = machine.memory.allocate(SK_BUFF_CONTEXT.bytes);
    const data = machine.memory.allocate(2048);
    const send = (protocol: number, length: number, packetType = OUTGOING) => {
      const bytes = new Uint8Array(length);
      bytes[23] = protocol;
      machine.memory.bytes.set(bytes, data);
      machine.memory.bytes.fill(0, context, context + SK_BUFF_CONTEXT.bytes);
      SK_BUFF_CONTEXT.fill(machine.memory, context, { bytes, protocol: 0x800, networkOffset: 14 }, data);
      machine.memory.setUint32(context + 4, packetType);
      expect(program.run(context)).toBe(0);
    };
    for (const [protocol, length] of [
      [6, 60],
      [17, 100],
      [6, 1514],
      [255, 64],
      [6, 64],
    ] as const)
      send(protocol, length);
    send(6, 999, 0);
    const counted = (protocol: number) => {
      const value = maps.lookup(counts, Uint8Array.of(protocol, 0, 0, 0)) as Uint8Array;
      return Number(new DataView(value.buffer).getBigUint64(0, true));
    };
    expect([6, 17, 255, 1].map(counted)).toEqual([60 + 1514 + 64, 100, 64, 0]);
  });
});
