import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LinearMemory } from "../../../src/bpf/vm/memory.ts";

describe("LinearMemory", () => {
  it("hands out blocks that never overlap and never lie in the first page", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 1, max: 5000 }), fc.boolean()), { maxLength: 100 }), (steps) => {
        const memory = new LinearMemory();
        const held: { address: number; size: number }[] = [];
        for (const [size, release] of steps) {
          if (release && held.length > 0) {
            const block = held.shift()!;
            memory.release(block.address, block.size);
          }
          const address = memory.allocate(size);
          expect(address).toBeGreaterThanOrEqual(65_536);
          expect(address % 64).toBe(0);
          for (const other of held)
            expect(address + size <= other.address || other.address + other.size <= address).toBe(true);
          held.push({ address, size });
        }
      }),
    );
  });

  it("does not grow under a steady load", () => {
    const memory = new LinearMemory();
    const before = memory.bytes.length;
    for (let i = 0; i < 100_000; i++) memory.release(memory.allocate(1500), 1500);
    expect(memory.bytes.length).toBe(before);
    expect(memory.inUse).toBe(0);
  });

  it("keeps contents and addresses when it grows", () => {
    const memory = new LinearMemory();
    const address = memory.allocate(64);
    memory.bytes.fill(0xa5, address, address + 64);
    memory.allocate(64 << 20);
    expect(memory.bytes.subarray(address, address + 64).every((byte) => byte === 0xa5)).toBe(true);
  });

  it("throws when its maximum is used up", () => {
    const memory = new LinearMemory(4 << 20);
    expect(() => memory.allocate(16 << 20)).toThrow(RangeError);
  });
});
