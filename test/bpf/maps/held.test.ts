import { beforeEach, describe, expect, it } from "vitest";
import { mapHelpers } from "../../../src/bpf/helpers/maps.ts";
import { assembleExtended } from "../../../src/bpf/isa/assembler/assemble.ts";
import { oneCpu } from "../../../src/bpf/maps/map-place.ts";
import { CREATE_FLAG, MAP_TYPES } from "../../../src/bpf/maps/map-type.ts";
import { BpfSyscall } from "../../../src/bpf/syscall.ts";
import { BPF_ENGINES } from "../../../src/bpf/vm/engine.ts";
import { Machine } from "../../../src/bpf/vm/machine.ts";
import { LinearMemory } from "../../../src/bpf/vm/memory.ts";
import { ProgramFault } from "../../../src/bpf/vm/program-fault.ts";

const u32 = (value: number) => Uint8Array.of(value, 0, 0, 0);

describe.each(BPF_ENGINES)("what programs hold of maps, on the $name", (engine) => {
  let maps: BpfSyscall;
  let context: number;

  beforeEach(() => {
    maps = new BpfSyscall(oneCpu(new Machine(new LinearMemory())));
    context = maps.place.machine.memory.allocate(8);
  });

  const create = (type: keyof typeof MAP_TYPES, more: { flags?: number; innerMap?: number; valueSize?: number } = {}) =>
    maps.createMap({ type: MAP_TYPES[type], keySize: 4, valueSize: 4, maxEntries: 2, flags: 0, ...more });

  function load(text: string) {
    const helpers = mapHelpers(maps);
    return engine.load(assembleExtended(text, { complete: true }).bytes, {
      machine: maps.place.machine,
      context: { size: 8 },
      helper: (number) => helpers.get(number),
      kernelFunction: () => undefined,
      resolve: (reference) => maps.resolve(reference),
    });
  }

  const run = (text: string) => load(text).run(context);
  const withKey = (map: number, call: string) => `r1 = map[fd:${map}]\nr2 = r10\nr2 += -4\n${call}`;

  it("a value that is deleted stays readable", () => {
    const map = create("hash");
    maps.update(map, u32(1), u32(42));
    const program = `*(u32 *)(r10 -4) = 1\n${withKey(map, "call 1")}\nr6 = r0\n${withKey(map, "call 3")}\nr0 = *(u32 *)(r6 +0)\nexit`;
    expect(run(program)).toBe(42);
    expect(maps.lookup(map, u32(1))).toBe(-2);
  });

  it("a value that is replaced is still the old one, also in a full map", () => {
    const map = create("hash");
    maps.update(map, u32(1), u32(42));
    maps.update(map, u32(2), u32(43));
    const update = "r3 = r10\nr3 += -8\nr4 = 2\ncall 2";
    const program = `*(u32 *)(r10 -4) = 1\n*(u32 *)(r10 -8) = 7\n${withKey(map, "call 1")}\nr6 = r0\n${withKey(map, update)}\nr0 = *(u32 *)(r6 +0)\nexit`;
    expect(run(program)).toBe(42);
    expect(maps.lookup(map, u32(1))).toEqual(u32(7));
  });

  it.each(["array_of_maps", "hash_of_maps"] as const)("the inner map of a %s", (type) => {
    const inner = create("array");
    const outer = create(type, { innerMap: inner });
    maps.update(inner, u32(1), u32(42));
    expect(maps.update(outer, u32(1), u32(create("hash")))).toBe(-22);
    expect(maps.update(outer, u32(1), u32(inner))).toBe(0);
    const program = `*(u32 *)(r10 -4) = 1\n${withKey(outer, "call 1")}\nr1 = r0\nr2 = r10\nr2 += -4\ncall 1\nr0 = *(u32 *)(r0 +0)\nexit`;
    expect(run(program)).toBe(42);
    expect(maps.delete(outer, u32(1))).toBe(0);
    expect(maps.delete(outer, u32(1))).toBe(-2);
  });

  it("a program of an array of programs", () => {
    const programs = create("prog_array");
    const target = maps.openProgram(load("r0 = 42\nexit").slot);
    const caller = `r2 = map[fd:${programs}]\nr3 = 1\ncall 12\nr0 = 7\nexit`;
    expect(run(caller)).toBe(7);
    expect(maps.update(programs, u32(2), u32(target))).toBe(-7);
    expect(maps.update(programs, u32(1), u32(target))).toBe(0);
    expect(run(caller)).toBe(42);
    expect(maps.delete(programs, u32(1))).toBe(0);
    expect(run(caller)).toBe(7);
  });

  it("the only value of an array, by its address", () => {
    const map = maps.createMap({ type: MAP_TYPES.array, keySize: 4, valueSize: 8, maxEntries: 1, flags: 0 });
    expect(run(`r1 = map[fd:${map}][0]+4\n*(u32 *)(r1 +0) = 9\nr0 = *(u32 *)(r1 +0)\nexit`)).toBe(9);
    expect(() => load(`r1 = map[fd:${map}][0]+8\nr0 = 0\nexit`)).toThrow("not open");
  });

  it.each([
    ["programs only read", CREATE_FLAG.RDONLY_PROG, "*(u32 *)(r0 +0) = 1"],
    ["a map pointer that is none", 0, "r1 = 70000\nr2 = r10\nr2 += -4\ncall 1"],
    ["a null key", 0, "r2 = 0\nr1 = map[fd:3]\ncall 1"],
  ])("ends with a fault: %s", (_, flags, statement) => {
    const map = create("array", { flags });
    expect(map).toBe(3);
    const program = load(`*(u32 *)(r10 -4) = 1\n${withKey(map, "call 1")}\n${statement}\nr0 = 0\nexit`);
    expect(() => program.run(context)).toThrow(ProgramFault);
  });

  it.each([
    ["a descriptor that is not open", () => maps.lookup(99, u32(0)), -9],
    ["a descriptor of something else", () => maps.lookup(maps.openProgram(1), u32(0)), -22],
    ["a frozen map", () => maps.freeze(create("array")) || maps.update(3, u32(0), u32(1)), -1],
    ["a map frozen twice", () => maps.freeze(create("array")) || maps.freeze(3), -1],
    ["a read-only map", () => maps.update(create("array", { flags: CREATE_FLAG.RDONLY }), u32(0), u32(1)), -1],
    ["a write-only map", () => maps.lookup(create("array", { flags: CREATE_FLAG.WRONLY }), u32(0)), -1],
  ])("user space cannot use %s", (_, act, want) => {
    expect(act()).toBe(want);
  });
});
