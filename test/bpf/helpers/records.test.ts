import { beforeEach, describe, expect, it } from "vitest";
import { generalHelpers } from "../../../src/bpf/helpers/general.ts";
import type { Surroundings } from "../../../src/bpf/helpers/surroundings.ts";
import { ERRNO } from "../../../src/bpf/maps/errno.ts";
import { oneCpu } from "../../../src/bpf/maps/map-place.ts";
import { MAP_TYPES } from "../../../src/bpf/maps/map-type.ts";
import { PerfBuffer } from "../../../src/bpf/maps/perf-buffer.ts";
import { RING_WAKEUP, type RingBufferMap } from "../../../src/bpf/maps/ring-buffer-map.ts";
import { BpfSyscall } from "../../../src/bpf/syscall.ts";
import { Machine } from "../../../src/bpf/vm/machine.ts";
import { LinearMemory } from "../../../src/bpf/vm/memory.ts";

let maps: BpfSyscall;
/** Address of bytes that are given to helpers. */
let data: number;

beforeEach(() => {
  maps = new BpfSyscall(oneCpu(new Machine(new LinearMemory())));
  data = maps.place.machine.memory.allocate(4096);
});

function helper(number: number, more: Partial<Surroundings> = {}): (...operands: (number | bigint)[]) => number {
  const helpers = generalHelpers(maps, { nanoseconds: () => 0n, random: () => 0, ...more });
  return helpers.get(number)!.call as unknown as (...operands: (number | bigint)[]) => number;
}

describe("a ring buffer wakes who waits for its records", () => {
  const { never, always } = RING_WAKEUP;
  const cases: { name: string; flags: number[]; reads: boolean; want: number }[] = [
    { name: "at each record where all was read", flags: [0, 0, 0], reads: true, want: 3 },
    { name: "once where nothing is read", flags: [0, 0, 0], reads: false, want: 1 },
    { name: "not where the program says so", flags: [never, never], reads: true, want: 0 },
    { name: "not behind a record that was left unread", flags: [never, 0], reads: true, want: 0 },
    { name: "in any case where the program says so", flags: [never, always, always], reads: false, want: 2 },
  ];
  it.each(cases)("$name", ({ flags, reads, want }) => {
    const descriptor = maps.createMap({
      type: MAP_TYPES.ringbuf,
      keySize: 0,
      valueSize: 0,
      maxEntries: 4096,
      flags: 0,
    });
    const ring = maps.map(descriptor) as RingBufferMap;
    let woken = 0;
    ring.onRecord = () => {
      woken++;
      if (reads) maps.records(descriptor);
    };
    for (const flag of flags) expect(helper(130)(ring.address, data, 8, flag)).toBe(0);
    expect(woken).toBe(want);
  });

  it("by the flags of bpf_ringbuf_submit and bpf_ringbuf_discard, too", () => {
    const descriptor = maps.createMap({
      type: MAP_TYPES.ringbuf,
      keySize: 0,
      valueSize: 0,
      maxEntries: 4096,
      flags: 0,
    });
    const ring = maps.map(descriptor) as RingBufferMap;
    let woken = 0;
    ring.onRecord = () => woken++;
    const helpers = generalHelpers(maps, { nanoseconds: () => 0n, random: () => 0 });
    const call = (number: number, ...operands: (number | bigint)[]) =>
      (helpers.get(number)!.call as unknown as (...all: (number | bigint)[]) => number)(...operands);
    call(132, call(131, ring.address, 8n, 0), never);
    expect(woken).toBe(0);
    call(133, call(131, ring.address, 8n, 0), always);
    expect(woken).toBe(1);
  });
});

describe("bpf_perf_event_output", () => {
  function open(bytes: number, cpu = 0): { array: number; buffer: PerfBuffer } {
    const descriptor = maps.createMap({
      type: MAP_TYPES.perf_event_array,
      keySize: 4,
      valueSize: 4,
      maxEntries: 1,
      flags: 0,
    });
    const buffer = new PerfBuffer(cpu, bytes);
    const value = Uint8Array.of(maps.openPerfEvent(buffer), 0, 0, 0);
    expect(maps.update(descriptor, new Uint8Array(4), value)).toBe(0);
    const map = maps.map(descriptor);
    if (typeof map === "number") throw new Error("There is no map.");
    return { array: map.address, buffer };
  }
  const output = (array: number, size: number, flags = 0xffff_ffffn, more: Partial<Surroundings> = {}) =>
    helper(25, more)(0, array, flags, data, size);

  it("puts records into the buffer, and tells how many found no room", () => {
    const { array, buffer } = open(4096);
    // 8 of the header, 4 of the length and 1012 in 1016: three fill all but 1024 of 4096, one byte of which stays free.
    for (let i = 0; i < 3; i++) expect(output(array, 1012)).toBe(0);
    expect(output(array, 1012)).toBe(-ERRNO.ENOSPC);
    expect(output(array, 1012)).toBe(-ERRNO.ENOSPC);
    expect(buffer.untold).toBe(2);
    expect(buffer.take().map(({ record, lost }) => [record.length, lost])).toEqual([
      [1012, 0],
      [1012, 0],
      [1012, 0],
    ]);
    expect(output(array, 8)).toBe(0);
    expect(buffer.take().map(({ record, lost }) => [record.length, lost])).toEqual([[8, 2]]);
  });

  it("needs room for the number of those lost, too", () => {
    const { array, buffer } = open(4096);
    expect(output(array, 4060)).toBe(0);
    expect(output(array, 12)).toBe(-ERRNO.ENOSPC);
    // 16 would fit behind 4072, but not with 24 more.
    expect(output(array, 4)).toBe(-ERRNO.ENOSPC);
    expect(buffer.untold).toBe(2);
  });

  it("takes the packet's first bytes along", () => {
    const { array, buffer } = open(4096);
    const packet = Uint8Array.of(1, 2, 3, 4);
    const more: Partial<Surroundings> = {
      packetBytes: (_, length) => (length > packet.length ? undefined : packet.subarray(0, length)),
    };
    const withPacket = (bytes: number) => 0xffff_ffffn | (BigInt(bytes) << 32n);
    maps.place.machine.memory.bytes.set([9, 9], data);
    expect(output(array, 2, withPacket(3), more)).toBe(0);
    expect(buffer.take().map(({ record }) => [...record])).toEqual([[9, 9, 1, 2, 3]]);
    expect(output(array, 2, withPacket(5), more)).toBe(-ERRNO.EFAULT);
  });

  it("refuses that of programs that see no packet, and events of other processors", () => {
    expect(output(open(4096).array, 2, 0xffff_ffffn | (1n << 32n))).toBe(-ERRNO.EINVAL);
    expect(output(open(4096, 1).array, 2, 0n)).toBe(-ERRNO.EOPNOTSUPP);
    expect(output(open(4096).array, 2, 1n)).toBe(-ERRNO.E2BIG);
  });
});
