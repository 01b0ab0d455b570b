import { describe, expect, it } from "vitest";
import { mapHelpers } from "../../../../src/bpf/helpers/maps.ts";
import { assembleExtended } from "../../../../src/bpf/isa/assembler/assemble.ts";
import { MAP_TYPES, type MapTypeName } from "../../../../src/bpf/maps/map-type.ts";
import { BpfSyscall } from "../../../../src/bpf/syscall.ts";
import type { Environment } from "../../../../src/bpf/vm/environment.ts";
import type { HostFunction } from "../../../../src/bpf/vm/host-function.ts";
import { InterpretedProgram } from "../../../../src/bpf/vm/interpreter/interpreted-program.ts";
import { Jit } from "../../../../src/bpf/vm/jit/jit.ts";
import { Machine } from "../../../../src/bpf/vm/machine.ts";
import { LinearMemory } from "../../../../src/bpf/vm/memory.ts";

const CONTEXT_BYTES = 64;
const ENTRIES = 5;

/** A map of five values 100, 101, ... of `valueSize` bytes, and how often programs called bpf_map_lookup_elem. */
class ArrayBench {
  readonly context: number;
  readonly map: number;
  calls = 0;
  readonly environment: Environment;

  constructor(type: MapTypeName, { valueSize = 8, possibleCpus = 1, before = 0 } = {}) {
    const machine = new Machine(new LinearMemory());
    if (before > 0) machine.memory.allocate(before);
    this.context = machine.memory.allocate(CONTEXT_BYTES);
    const syscall = new BpfSyscall({ machine, possibleCpus, cpu: () => possibleCpus - 1 });
    this.map = syscall.createMap({ type: MAP_TYPES[type], keySize: 4, valueSize, maxEntries: ENTRIES, flags: 0 });
    for (let index = 0; index < ENTRIES; index++) {
      const value = new Uint8Array(syscall.valueSize(this.map)).fill(0);
      for (let at = 0; at < value.length; at += Math.ceil(valueSize / 8) * 8) value[at] = 100 + index;
      expect(syscall.update(this.map, Uint8Array.of(index, 0, 0, 0), value)).toBe(0);
    }
    const helpers = new Map(mapHelpers(syscall));
    const lookup = helpers.get(1)!;
    const call = lookup.call as (map: number, key: number) => number;
    const counted: HostFunction = {
      ...lookup,
      call: (map: number, key: number) => {
        this.calls++;
        return call(map, key);
      },
    };
    helpers.set(1, counted);
    this.environment = {
      machine,
      context: { size: CONTEXT_BYTES },
      helper: (number) => helpers.get(number),
      kernelFunction: () => undefined,
      resolve: (reference) => syscall.resolve(reference),
    };
  }

  bytes(text: string): Uint8Array {
    return assembleExtended(text.replaceAll("MAP", `map[fd:${this.map}]`), { complete: true }).bytes;
  }
}

const lookUp = (index: number, map = "r1 = MAP") => `
  *(u32 *)(r10 -4) = ${index}
  ${map}
  r2 = r10
  r2 += -4
  call 1
  if r0 == 0 goto +1
  r0 = *(u8 *)(r0 +0)
  exit`;

const OTHER_BLOCK = `
  r6 = MAP
  if r1 == 0 goto +1
  r0 = 1
  r1 = r6`;

describe("a look-up in an array", () => {
  it.each<{ name: string; type?: MapTypeName; of?: object; have: string; want: number; calls: number }>([
    { name: "of the first index", have: lookUp(0), want: 100, calls: 0 },
    { name: "of the last", have: lookUp(ENTRIES - 1), want: 104, calls: 0 },
    { name: "behind the last", have: lookUp(ENTRIES), want: 0, calls: 0 },
    { name: "of the highest number", have: lookUp(-1), want: 0, calls: 0 },
    { name: "with values of 3 bytes", of: { valueSize: 3 }, have: lookUp(2), want: 102, calls: 0 },
    { name: "with values of 300 bytes", of: { valueSize: 300 }, have: lookUp(3), want: 103, calls: 0 },
    { name: "that comes by way of another register", have: lookUp(1, "r7 = MAP\nr1 = r7"), want: 101, calls: 0 },
    { name: "that comes from another block", have: lookUp(1, OTHER_BLOCK), want: 101, calls: 1 },
    {
      name: "that was spilled",
      have: lookUp(1, "r7 = MAP\n*(u64 *)(r10 -16) = r7\nr1 = *(u64 *)(r10 -16)"),
      want: 101,
      calls: 1,
    },
    {
      name: "whose register was changed and changed back",
      have: lookUp(1, "r1 = MAP\nr1 += 8\nr1 -= 8"),
      want: 101,
      calls: 1,
    },
    { name: "of one processor", type: "percpu_array", have: lookUp(4), want: 104, calls: 0 },
    {
      name: "of three processors",
      type: "percpu_array",
      of: { possibleCpus: 3 },
      have: lookUp(4),
      want: 104,
      calls: 1,
    },
    { name: "that is a hash", type: "hash", have: lookUp(4), want: 104, calls: 1 },
  ])("$name", ({ type = "array", of, have, want, calls }) => {
    const bench = new ArrayBench(type, of);
    const program = bench.bytes(have);
    expect(new InterpretedProgram(program, bench.environment).run(bench.context)).toBe(want);
    expect(new Jit().load(program, bench.environment, { checked: true }).run(bench.context)).toBe(want);
    bench.calls = 0;
    expect(new Jit().load(program, bench.environment).run(bench.context)).toBe(want);
    expect(bench.calls).toBe(calls);
  });

  it("finds each machine's own values with code that was compiled once", () => {
    const jit = new Jit();
    for (const before of [0, 4096, 70_000, 0]) {
      const bench = new ArrayBench("array", { before });
      expect(jit.load(bench.bytes(lookUp(3)), bench.environment).run(bench.context)).toBe(103);
    }
  });
});
