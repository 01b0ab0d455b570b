import { describe, expect, it } from "vitest";
import { readsMemory } from "../../src/programs/reads-memory.ts";

const instruction = (opcode: number, source: number, immediate: number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes[0] = opcode;
  bytes[1] = source << 4;
  bytes.writeInt32LE(immediate, 4);
  return bytes;
};
const EXIT = instruction(0x95, 0, 0);

describe("whether a program can read memory by a number", () => {
  it.each([
    { name: "no call", have: [], want: false },
    { name: "a map's value", have: [instruction(0x85, 0, 1)], want: false },
    { name: "bpf_probe_read_kernel", have: [instruction(0x85, 0, 113)], want: true },
    { name: "bpf_trace_printk, which has %s", have: [instruction(0x85, 0, 6)], want: true },
    { name: "bpf_tail_call, into what is not known", have: [instruction(0x85, 0, 12)], want: true },
    { name: "a function of its own", have: [instruction(0x85, 1, 113)], want: false },
    { name: "a function of the kernel", have: [instruction(0x85, 2, 1)], want: true },
    { name: "a helper that nobody knows", have: [instruction(0x85, 0, 9999)], want: true },
    { name: "behind other instructions", have: [EXIT, EXIT, instruction(0x85, 0, 4)], want: true },
  ])("$name: $want", ({ have, want }) => {
    expect(readsMemory(Buffer.concat([...have, EXIT]))).toBe(want);
  });
});
