import { describe, expect, it } from "vitest";
import type { AllocatedType } from "../../../src/bpf/heap/object-heap.ts";
import type { ValueField } from "../../../src/bpf/maps/definition.ts";
import { MAP_TYPES, type MapTypeName } from "../../../src/bpf/maps/map-type.ts";
import { BpfSyscall } from "../../../src/bpf/syscall.ts";
import { Machine } from "../../../src/bpf/vm/machine.ts";
import { LinearMemory } from "../../../src/bpf/vm/memory.ts";

const CPUS = 2;
const ENTRIES = 4;
const VALUE = 16;
/** A value is 8 bytes and a pointer to an object that a program allocated. */
const POINTER = 8;
const fields: readonly ValueField[] = [
  { kind: "kptr", offset: POINTER, size: 8, pointer: { name: "thing", id: 1, kind: "referenced" } },
];
const thing: AllocatedType = { name: "thing", size: 32, fields: [] };
const key = (number: number) => Uint8Array.of(number, 0, 0, 0);

/** A map of values that hold objects, on a machine of two processors. */
function mapOf(type: MapTypeName) {
  const machine = new Machine(new LinearMemory());
  let cpu = 0;
  const maps = new BpfSyscall({ machine, possibleCpus: CPUS, cpu: () => cpu });
  const definition = { type: MAP_TYPES[type], keySize: 4, valueSize: VALUE, maxEntries: ENTRIES, flags: 0 };
  const descriptor = maps.createMap({ ...definition, fields });
  expect(descriptor).toBeGreaterThan(0);
  const map = maps.map(descriptor);
  if (typeof map === "number") throw new Error("There is no map.");
  const { memory } = machine;
  const scratch = memory.allocate(64);
  /** A program's update, of bytes that are all 1. */
  const update = (number: number, on = 0) => {
    cpu = on;
    memory.setUint32(scratch, number);
    memory.bytes.fill(1, scratch + 16, scratch + 16 + VALUE);
    return map.update(scratch, scratch + 16, 0);
  };
  /** Puts a new object into the value that a program finds (bpf_kptr_xchg). */
  const hold = (number: number, on = 0): number => {
    cpu = on;
    memory.setUint32(scratch, number);
    const value = map.lookup(scratch);
    const object = maps.heap.allocate(thing);
    memory.setUint32(value + POINTER, object);
    return object;
  };
  const isThere = (object: number) => maps.heap.objectAt(object) !== undefined;
  return { maps, descriptor, update, hold, isThere, size: maps.valueSize(descriptor) };
}

const HASHES: readonly MapTypeName[] = ["hash", "lru_hash", "percpu_hash", "lru_percpu_hash"];
const ARRAYS: readonly MapTypeName[] = ["array", "percpu_array"];

describe("objects in values of maps", () => {
  it.each([...HASHES, ...ARRAYS])(
    "of type %s are given back by an update, which writes nothing over pointers",
    (type) => {
      const { maps, descriptor, update, hold, isThere } = mapOf(type);
      if (HASHES.includes(type)) expect(update(1)).toBe(0);
      const object = hold(1);
      expect(isThere(object)).toBe(true);
      expect(update(1)).toBe(0);
      expect(isThere(object)).toBe(false);
      const found = maps.lookup(descriptor, key(1)) as Uint8Array;
      expect([...found.subarray(0, VALUE)]).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
    },
  );

  it.each(HASHES)("of type %s are given back when the element is deleted", (type) => {
    const { maps, descriptor, update, hold, isThere } = mapOf(type);
    expect(update(1)).toBe(0);
    const object = hold(1);
    expect(maps.delete(descriptor, key(1))).toBe(0);
    expect(isThere(object)).toBe(false);
  });

  it.each(["lru_hash", "lru_percpu_hash"] as const)("of type %s are given back when the element is evicted", (type) => {
    const { maps, descriptor, update, hold, isThere } = mapOf(type);
    expect(update(1)).toBe(0);
    const object = hold(1);
    let number = 2;
    while (typeof maps.lookup(descriptor, key(1)) !== "number") {
      expect(isThere(object)).toBe(true);
      expect(number).toBeLessThan(1000);
      update(number++);
    }
    expect(isThere(object)).toBe(false);
  });

  it.each([
    { type: "percpu_array", writer: "a program", left: [false, true] },
    { type: "percpu_hash", writer: "a program", left: [false, true] },
    { type: "lru_percpu_hash", writer: "a program", left: [false, true] },
    { type: "percpu_array", writer: "user space", left: [false, false] },
    { type: "percpu_hash", writer: "user space", left: [false, false] },
  ] as const)("of type $type are given back on the processors that $writer writes", ({ type, writer, left }) => {
    const { maps, descriptor, update, hold, isThere, size } = mapOf(type);
    update(1);
    const objects = [hold(1, 0), hold(1, 1)];
    if (writer === "a program") expect(update(1, 0)).toBe(0);
    else expect(maps.update(descriptor, key(1), new Uint8Array(size))).toBe(0);
    expect(objects.map(isThere)).toEqual(left);
  });

  it.each(["percpu_array", "percpu_hash"] as const)("of type %s are not shown to user space", (type) => {
    const { maps, descriptor, update, hold } = mapOf(type);
    update(1);
    hold(1, 1);
    const found = maps.lookup(descriptor, key(1)) as Uint8Array;
    expect([...found.subarray(VALUE + POINTER)]).toEqual(new Array(8).fill(0));
  });
});
