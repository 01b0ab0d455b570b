import { beforeEach, describe, expect, it } from "vitest";
import { assembleExtended } from "../../../../src/bpf/isa/assembler/assemble.ts";
import type { Environment } from "../../../../src/bpf/vm/environment.ts";
import { HitCounts } from "../../../../src/bpf/vm/interpreter/hit-counts.ts";
import { InterpretedFault } from "../../../../src/bpf/vm/interpreter/interpreted-fault.ts";
import { InterpretedProgram } from "../../../../src/bpf/vm/interpreter/interpreted-program.ts";
import { Machine } from "../../../../src/bpf/vm/machine.ts";
import { LinearMemory } from "../../../../src/bpf/vm/memory.ts";
import { ProgramArray } from "../../../../src/bpf/vm/program-array.ts";

let machine: Machine;
let context: number;
let environment: Environment;

beforeEach(() => {
  machine = new Machine(new LinearMemory());
  context = machine.memory.allocate(16);
  environment = {
    machine,
    context: { size: 16 },
    helper: () => undefined,
    kernelFunction: () => undefined,
    resolve: () => undefined,
  };
});

function load(text: string, steps?: number, changes: Partial<Environment> = {}): InterpretedProgram {
  const { bytes } = assembleExtended(text, { complete: true });
  return new InterpretedProgram(bytes, { ...environment, ...changes }, steps === undefined ? {} : { steps });
}

/** What a program faults with. */
function fault(program: InterpretedProgram): InterpretedFault {
  try {
    program.run(context);
  } catch (error) {
    if (error instanceof InterpretedFault) return error;
    throw error;
  }
  return expect.fail("the program did not fault");
}

describe("a run of the interpreter", () => {
  const LOOP = "r0 = 0\nr1 = 3\nagain: r0 += r1\nr1 += -1\nif r1 != 0 goto again\nexit";

  it("stops after any instruction and shows its registers and memory", () => {
    const run = load("r2 = 0x1122334455667788 ll\n*(u64 *)(r10 -8) = r2\nr0 = 7\nexit").begin(context);
    expect(run.instruction).toBe(0);
    expect(run.registers).toEqual([0n, BigInt(context), 0n, 0n, 0n, 0n, 0n, 0n, 0n, 0n, BigInt(machine.stack.top)]);
    expect(run.resume(1)).toBe(false);
    expect(run.instruction).toBe(2);
    expect(run.registers[2]).toBe(0x1122_3344_5566_7788n);
    expect(run.resume(1)).toBe(false);
    expect(machine.memory.uint32(machine.stack.top - 8)).toBe(0x5566_7788);
    expect(run.resume(100)).toBe(true);
    expect(run.registers[0]).toBe(7n);
    expect(run.executed).toBe(4);
  });

  it("counts instructions, and counts them alike in one go and step by step", () => {
    const program = load(LOOP);
    const whole = program.begin(context);
    expect(whole.resume(1000)).toBe(true);
    const stepped = program.begin(context);
    let steps = 0;
    do steps++;
    while (!stepped.resume(1));
    expect([whole.executed, stepped.executed, steps]).toEqual([12, 12, 12]);
  });

  it("counts how often each instruction ran", () => {
    const program = load(LOOP);
    const hits = new HitCounts();
    expect(hits.resume(program.begin(context), 1000)).toBe(true);
    expect([...hits.of(program.code)]).toEqual([1, 1, 3, 3, 3, 1]);
  });

  it("counts each program's instructions apart where one tail-calls another", () => {
    const array = new ProgramArray(machine.memory, 1);
    const other = load("r0 = 1\nexit");
    array.set(0, other.slot);
    const program = load("r2 = map[fd:3]\nr3 = 0\ncall bpf_tail_call#12\nexit", undefined, {
      resolve: () => BigInt(array.address),
    });
    const hits = new HitCounts();
    hits.resume(program.begin(context), 1000);
    expect([...hits.of(program.code)]).toEqual([1, 0, 1, 1, 0]);
    expect([...hits.of(other.code)]).toEqual([1, 1]);
  });

  it("keeps two runs of one program apart", () => {
    const program = load(LOOP);
    const paused = program.begin(context);
    paused.resume(4);
    expect(program.run(context)).toBe(6);
    expect(paused.resume(1000)).toBe(true);
    expect(paused.registers[0]).toBe(6n);
  });

  it("shows how deep it is in functions", () => {
    const run = load("call f\nexit\nf: r0 = 1\nexit").begin(context);
    run.resume(1);
    expect([run.depth, run.registers[10]]).toEqual([1, BigInt(machine.stack.top - 512)]);
    run.resume(2);
    expect([run.depth, run.registers[10]]).toEqual([0, BigInt(machine.stack.top)]);
  });
});

describe("faults of the interpreter", () => {
  it("name the instruction, its text, what it did and the registers", () => {
    const got = fault(load("r3 = 5\nr1 += 20\nr0 = *(u64 *)(r1 -8)\nexit"));
    const address = `0x${(context + 12).toString(16)}`;
    expect(got.message).toBe(
      `Instruction 2, 'r0 = *(u64 *)(r1 -8)', loads 8 bytes at ${address}, an address that the program may not touch.`,
    );
    expect(got).toMatchObject({ reason: "address", instruction: 2, text: "r0 = *(u64 *)(r1 -8)" });
    expect(got.registers.slice(0, 4)).toEqual([0n, BigInt(context + 20), 0n, 5n]);
  });

  it("end a program at its limit", () => {
    const got = fault(load("r0 = 0\nagain: r0 += 1\ngoto again", 1000));
    expect(got).toMatchObject({ reason: "steps", instruction: 2, text: "goto pc-2" });
    expect(got.message).toBe(
      "Instruction 2, 'goto pc-2', is next after 1000 instructions, and the program may run no more.",
    );
    expect(load("r0 = 1\nexit", 2).run(context)).toBe(1);
  });

  it.each([
    ["lock *(u64 *)(r1 +4) += r2", 8],
    ["lock *(u32 *)(r1 +2) += r2", 4],
    ["r0 = load_acquire((u16 *)(r1 +1))", 2],
    ["store_release((u32 *)(r1 +1), r2)", 4],
  ])("insist on alignment where the verifier does: %s", (statement, bytes) => {
    const got = fault(load(`${statement}\nr0 = 0\nexit`));
    expect(got).toMatchObject({ reason: "address", instruction: 0 });
    expect(got.message).toContain(`which is not a multiple of ${bytes}`);
  });

  it("end runs that run one another without end", () => {
    let self: InterpretedProgram | undefined;
    const helper = { name: "again", parameters: [], result: "signed", reenters: true, call: () => self!.run(context) };
    self = load("call 77\nexit", undefined, { helper: () => helper as never });
    expect(fault(self)).toMatchObject({ reason: "stack" });
    expect(machine.stack.top).toBe(machine.stack.end);
  });
});
