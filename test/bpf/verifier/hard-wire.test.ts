import { describe, expect, it } from "vitest";
import { Bpf } from "../../../src/bpf/bpf.ts";
import { assembleExtended } from "../../../src/bpf/isa/assembler/assemble.ts";

/** BPF_PROG_TYPE_SOCKET_FILTER */
const SOCKET_FILTER = 1;

const CASES = [
  { name: "a helper that does not exist", have: "call 195896080" },
  { name: "a helper that is not for this type of program", have: "call bpf_override_return" },
  { name: "a kernel function that is not simulated", have: "call kfunc bpf_task_from_pid" },
];

describe.each(["interpreter", "jit"] as const)("calls that cannot be reached, in the %s", (engine) => {
  it.each(CASES)("$name: is no obstacle", ({ have }) => {
    const bpf = new Bpf({ engine });
    const { bytes } = assembleExtended(`r1 = 3\nif r1 == 3 goto +1\n${have}\nr0 = 7\nexit`);
    const { descriptor, log } = bpf.loadProgram({ type: SOCKET_FILTER, instructions: bytes, license: "GPL" });
    expect(descriptor, log).toBeGreaterThan(0);
    expect(bpf.testRun(descriptor, { data: new Uint8Array(14) })).toMatchObject({ returnValue: 7 });
  });
});
