import { beforeEach, describe, expect, it } from "vitest";
import { assembleExtended } from "../../src/bpf/isa/assembler/assemble.ts";
import { BPF_ENGINES } from "../../src/bpf/vm/engine.ts";
import type { Environment, Executable } from "../../src/bpf/vm/environment.ts";
import type { HostFunction } from "../../src/bpf/vm/host-function.ts";
import { MAX_TAIL_CALLS, MAY_GOTO_ROUNDS } from "../../src/bpf/vm/limits.ts";
import { Machine } from "../../src/bpf/vm/machine.ts";
import { LinearMemory } from "../../src/bpf/vm/memory.ts";
import { ProgramArray } from "../../src/bpf/vm/program-array.ts";
import { ProgramFault } from "../../src/bpf/vm/program-fault.ts";
import { UnloadableProgram } from "../../src/bpf/vm/unloadable-program.ts";

/** A context: data, length, head, mac header, network header; programs see the first eight bytes. */
const PACKET = { data: 0, length: 4, head: 8, macHeader: 12, networkHeader: 16 };
const LAYOUT = { size: 8, packet: PACKET };

describe.each(BPF_ENGINES)("what programs have of their environment, on the $name", (engine) => {
  let machine: Machine;
  let context: number;
  let packet: number;
  let array: ProgramArray;
  let helpers: Record<number, HostFunction>;

  beforeEach(() => {
    machine = new Machine(new LinearMemory());
    context = machine.memory.allocate(20);
    packet = machine.memory.allocate(64) + 16;
    machine.memory.bytes.set([0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88], packet);
    machine.memory.bytes.set([0x71, 0x72], packet - 2);
    for (const [at, value] of [
      [PACKET.data, packet],
      [PACKET.length, 8],
      [PACKET.head, packet - 2],
      [PACKET.macHeader, packet - 2],
      [PACKET.networkHeader, packet + 4],
    ] as const)
      machine.memory.setUint32(context + at, value);
    array = new ProgramArray(machine.memory, 4);
    helpers = {};
  });

  function load(text: string, changes: Partial<Environment> = {}): Executable {
    return engine.load(assembleExtended(text, { complete: true }).bytes, {
      machine,
      context: LAYOUT,
      helper: (number) => helpers[number],
      kernelFunction: (id, module) => helpers[id * 1000 + module],
      resolve: ({ to, imm }) => (to === "map-fd" && imm === 3 ? BigInt(array.address) : undefined),
      ...changes,
    });
  }

  const run = (text: string): bigint => load(text).runWide(context);

  function fault(text: string): ProgramFault {
    const executable = load(text);
    try {
      executable.run(context);
    } catch (error) {
      if (error instanceof ProgramFault) return error;
      throw error;
    }
    return expect.fail("the program did not fault");
  }

  describe("packet loads", () => {
    it.each([
      ["a byte", "r0 = *(u8 *)skb[1]", 0x82n],
      ["16 bits in network order", "r0 = *(u16 *)skb[1]", 0x8283n],
      ["32 bits in network order", "r0 = *(u32 *)skb[4]", 0x8586_8788n],
      ["a byte at a register", "r2 = 3\nr0 = *(u8 *)skb[r2 + 2]", 0x86n],
      ["16 bits at a register", "r2 = 3\nr0 = *(u16 *)skb[r2 + 2]", 0x8687n],
      ["32 bits at a register", "r2 = -1\nr0 = *(u32 *)skb[r2 + 2]", 0x8283_8485n],
      ["a register that wraps", "r2 = 0x1ffffffff ll\nr0 = *(u8 *)skb[r2 + 1]", 0x81n],
      ["from the network header", "r0 = *(u8 *)skb[-1048576]", 0x85n],
      ["from the link-layer header", "r0 = *(u16 *)skb[-2097152]", 0x7172n],
      ["from the link-layer header, at a register", "r2 = -2097152\nr0 = *(u8 *)skb[r2 + 1]", 0x72n],
      ["before the network header, in the headroom", "r2 = -1048576\nr0 = *(u8 *)skb[r2 + -1]", 0n],
    ])("%s", (_, statement, want) => {
      expect(run(`r6 = r1\n${statement}\nexit`)).toBe(want);
    });

    it.each([
      ["behind the end", "r0 = *(u8 *)skb[8]"],
      ["over the end", "r0 = *(u32 *)skb[5]"],
      ["behind the end, at a register", "r2 = 8\nr0 = *(u8 *)skb[r2 + 0]"],
      ["at the largest offset", "r0 = *(u32 *)skb[2147483647]"],
      ["below the link-layer base", "r0 = *(u8 *)skb[-2097153]"],
      ["below the head", "r2 = -2097152\nr0 = *(u8 *)skb[r2 + -1]"],
    ])("%s end the program with 0", (_, statement) => {
      expect(run(`r6 = r1\nr0 = 7\n${statement}\nr0 = 9\nexit`)).toBe(0n);
    });

    it("end only the function that makes them", () => {
      expect(run("r6 = r1\ncall sub\nr0 += 5\nexit\nsub: r6 = r1\nr0 = *(u8 *)skb[100]\nr0 = 9\nexit")).toBe(5n);
    });

    it("need the context in R6", () => {
      expect(fault("r6 = 5\nr0 = *(u8 *)skb[0]\nexit")).toMatchObject({ reason: "address", instruction: 1 });
    });

    it("need a program type with packets", () => {
      expect(() => load("r6 = r1\nr0 = *(u8 *)skb[0]\nexit", { context: { size: 8 } })).toThrow(UnloadableProgram);
    });
  });

  describe("calls of host functions", () => {
    it("pass numbers of the low half, signed, and extend results by their sign", () => {
      const seen: unknown[] = [];
      helpers[40] = {
        name: "five",
        parameters: ["i32", "i32", "i32", "i32", "i32"],
        result: "signed",
        call: (...values: number[]) => {
          seen.push(...values);
          return -14;
        },
      };
      expect(run("r1 = -1\nr2 = 0x1ffffffff ll\nr3 = 3\nr4 = 4\nr5 = 5\ncall 40\nexit")).toBe(2n ** 64n - 14n);
      expect(seen).toEqual([-1, -1, 3, 4, 5]);
    });

    it("pass bigints of 64 bits, signed", () => {
      const seen: unknown[] = [];
      helpers[41] = {
        name: "wide",
        parameters: ["i64", "i32"],
        result: "i64",
        call: (...values: unknown[]) => {
          seen.push(...values);
          return -2n;
        },
      };
      expect(run("r1 = 0xfedcba9876543210 ll\nr2 = 7\ncall 41\nexit")).toBe(2n ** 64n - 2n);
      expect(seen).toEqual([BigInt.asIntN(64, 0xfedc_ba98_7654_3210n), 7]);
    });

    it.each([
      ["unsigned", -1, 0xffff_ffffn],
      ["none", undefined, 0n],
    ] as const)("give %s results", (result, value, want) => {
      helpers[42] = { name: "plain", parameters: [], result, call: () => value };
      expect(run("r0 = 5\ncall 42\nexit")).toBe(want);
    });

    it("reach kernel functions by id and module", () => {
      helpers[7002] = { name: "kernel", parameters: ["i32"], result: "signed", call: (a: number) => a * 2 };
      expect(run("r1 = 21\ncall kernel-function#7 module 2\nexit")).toBe(42n);
    });

    it("see memory that grew while they ran", () => {
      helpers[43] = {
        name: "grow",
        parameters: [],
        result: "unsigned",
        call: () => {
          const block = machine.memory.allocate(8 << 20);
          machine.regions.add(block, 8, true);
          return block;
        },
      };
      expect(run("call 43\n*(u64 *)(r0 +0) = 77\nr0 = *(u64 *)(r0 +0)\nexit")).toBe(77n);
    });

    it("put what they run below the caller's frame, and reach the caller's frame from there", () => {
      helpers[44] = {
        name: "callback",
        parameters: ["i32", "i64"],
        result: "i64",
        reenters: true,
        call: (slot: number, argument: bigint) => machine.functions.at(slot)!.call(argument, 2n, 3n, 4n, 5n),
      };
      const program = load(`
        *(u64 *)(r10 -8) = 5
        *(u64 *)(r10 -512) = 1
        r1 = subprog[+8]
        r2 = r10
        r2 += -8
        call 44
        r1 = *(u64 *)(r10 -8)
        r0 += r1
        exit
        *(u64 *)(r10 -8) = 1000
        r3 = *(u64 *)(r1 +0)
        r3 *= 2
        *(u64 *)(r1 +0) = r3
        r0 = r2
        exit`);
      expect(program.runWide(context)).toBe(12n);
      expect(machine.stack.top).toBe(machine.stack.end);
    });

    it("let callbacks touch the context of the run", () => {
      helpers[45] = {
        name: "callback",
        parameters: ["i32", "i64"],
        result: "i64",
        reenters: true,
        call: (slot: number, argument: bigint) => machine.functions.at(slot)!.call(9n, argument, 0n, 0n, 0n),
      };
      expect(run("r2 = r1\nr1 = subprog[+3]\ncall 45\nexit\nr0 = *(u32 *)(r2 +4)\nr0 += r1\nexit")).toBe(17n);
    });

    it("are looked up when the program is loaded", () => {
      expect(() => load("call 99\nexit")).toThrow(/Instruction 0 calls bpf_skc_lookup_tcp \(helper 99\)/);
      expect(() => load("r1 = map[fd:9]\nr0 = 0\nexit")).toThrow(/Instruction 0 names the map with descriptor 9/);
    });
  });

  describe("tail calls", () => {
    const jump = (index: number) => `r2 = map[fd:3]\nr3 = ${index}\ncall bpf_tail_call#12`;

    it("replace the program", () => {
      array.set(1, load("r0 = *(u32 *)(r1 +4)\nr0 += 100\nexit").slot);
      expect(run(`${jump(1)}\nr0 = 7\nexit`)).toBe(108n);
    });

    it.each([
      ["an empty entry", 2],
      ["an index behind the end", 4],
      ["a negative index", -1],
    ])("go on behind %s", (_, index) => {
      expect(run(`r0 = 3\n${jump(index)}\nr0 += 4\nexit`)).toBe(7n);
    });

    it("look at 32 bits of the index", () => {
      array.set(1, load("r0 = 55\nexit").slot);
      expect(run("r2 = map[fd:3]\nr3 = 0x100000001 ll\ncall bpf_tail_call#12\nr0 = 1\nexit")).toBe(55n);
    });

    it(`are made ${MAX_TAIL_CALLS} times at most`, () => {
      const self = load(`r4 = *(u32 *)(r1 +4)\nr4 += 1\n*(u32 *)(r1 +4) = r4\n${jump(0)}\nr0 = *(u32 *)(r1 +4)\nexit`);
      array.set(0, self.slot);
      expect(self.run(context)).toBe(8 + 1 + MAX_TAIL_CALLS);
      // Each run has its own.
      expect(self.run(context)).toBe(8 + 2 * (1 + MAX_TAIL_CALLS));
    });

    it("replace a function and return to its caller", () => {
      array.set(1, load("r0 = 20\nexit").slot);
      expect(run(`r6 = 1\ncall sub\nr0 += r6\nexit\nsub: r6 = 9\n${jump(1)}\nr0 = 500\nexit`)).toBe(21n);
    });

    it("leave the program that takes a function's place as many functions of its own", () => {
      // Each round counts in the context, calls down to the last function that there may be, and goes on from there.
      const chain = [1, 2, 3, 4, 5, 6].map((i) => `f${i}: call f${i + 1}\nexit`).join("\n");
      const text = `r4 = *(u32 *)(r1 +4)
        r4 += 1
        *(u32 *)(r1 +4) = r4
        *(u64 *)(r10 -512) = r4
        call f1
        r0 += 1
        exit
        ${chain}
        f7: ${jump(0)}
        r0 = 0
        exit`;
      const self = load(text);
      array.set(0, self.slot);
      expect(self.run(context)).toBe(1 + MAX_TAIL_CALLS);
      expect(machine.memory.uint32(context + PACKET.length)).toBe(8 + 1 + MAX_TAIL_CALLS);
      array.set(0, load(text.replace("f7:", "f7: call f8\nexit\nf8:")).slot);
      expect(() => self.run(context)).toThrow(ProgramFault);
    });

    it("need a map of the program", () => {
      expect(fault("r2 = r1\nr3 = 0\ncall bpf_tail_call#12\nr0 = 0\nexit")).toMatchObject({
        reason: "address",
        instruction: 2,
      });
    });
  });

  it(`grants a function ${MAY_GOTO_ROUNDS} rounds of may_goto`, () => {
    expect(run("r0 = 0\nagain: may_goto out\nr0 += 1\ngoto again\nout: exit")).toBe(BigInt(MAY_GOTO_ROUNDS));
  });

  it("clears the upper half in address space casts, and keeps per-CPU addresses", () => {
    expect(run("r1 = 0x1234500000007 ll\nr0 = addr_space_cast(r1, 0, 1)\nexit")).toBe(7n);
    expect(run("r1 = 0x1234500000007 ll\nr0 = &(void __percpu *)(r1)\nexit")).toBe(0x1_2345_0000_0007n);
  });

  it("gives each function a stack of zeroes", () => {
    const stack = machine.memory.bytes.subarray(machine.stack.base, machine.stack.end);
    stack.fill(0xee);
    expect(run("call sub\nr1 = *(u64 *)(r10 -8)\nr0 |= r1\nexit\nsub: r0 = *(u64 *)(r10 -512)\nexit")).toBe(0n);
  });

  it("runs batches", () => {
    const contexts = machine.memory.allocate(12);
    const results = machine.memory.allocate(12);
    for (let i = 0; i < 3; i++) {
      const one = machine.memory.allocate(20);
      machine.memory.setUint32(one + 4, i * 11);
      machine.memory.setUint32(contexts + 4 * i, one);
    }
    load("r0 = *(u32 *)(r1 +4)\nexit").runBatch(contexts, 3, results);
    expect([0, 4, 8].map((at) => machine.memory.uint32(results + at))).toEqual([0, 11, 22]);
  });

  it.each([
    ["a null pointer", "r1 = 0\nr0 = *(u8 *)(r1 +4)\nexit", { reason: "address", instruction: 1 }, /a null pointer/],
    [
      "an address below 0",
      "r1 = 4\nr0 = *(u8 *)(r1 -8)\nexit",
      { reason: "address", instruction: 1 },
      /0xfffffffffffffffc/,
    ],
    [
      "an address above 2^32",
      "r2 = 0x100000000 ll\nr1 += r2\nr0 = *(u8 *)(r1 +0)\nexit",
      { reason: "address", instruction: 3 },
      /may not touch/,
    ],
    [
      "the first byte behind the context",
      "r0 = *(u8 *)(r1 +8)\nexit",
      { reason: "address", instruction: 0 },
      /loads 1 byte/,
    ],
    [
      "a store over the context's end",
      "*(u32 *)(r1 +6) = 1\nr0 = 0\nexit",
      { reason: "address", instruction: 0 },
      /stores 4 bytes/,
    ],
    ["above the frame", "r0 = *(u64 *)(r10 +0)\nexit", { reason: "address", instruction: 0 }, /may not touch/],
    ["below the frame", "r0 = *(u8 *)(r10 -513)\nexit", { reason: "address", instruction: 0 }, /may not touch/],
    [
      "across the frame's lower end",
      "*(u64 *)(r10 -514) = 0\nr0 = 0\nexit",
      { reason: "address", instruction: 0 },
      /may not touch/,
    ],
    [
      "the frame of a function that has returned",
      "call sub\nr0 = *(u8 *)(r0 +0)\nexit\nsub: r0 = r10\nr0 += -8\nexit",
      { reason: "address", instruction: 1 },
      /may not touch/,
    ],
    ["nine functions active at once", "call f\nexit\nf: call f\nexit", { reason: "frames", instruction: 2 }, /8/],
    ["a call of no function", "r1 = 12345\ncallx r1\nexit", { reason: "function", instruction: 1 }, /0x3039/],
  ])("ends a program that reaches for %s", (_, text, want, message) => {
    const got = fault(text);
    expect(got).toMatchObject(want);
    expect(got.message).toMatch(message);
    // Whatever was under way, the next run begins anew.
    expect(machine.stack.top).toBe(machine.stack.end);
    expect(run("r0 = 1\nexit")).toBe(1n);
  });

  it("holds nothing of 5,000 programs that it has released", () => {
    const once = () => {
      const executable = load("r2 = subprog[f]\nr0 = 3\nexit\nf: r0 = 0\nexit");
      expect(executable.run(context)).toBe(3);
      executable.release();
      return executable.slot;
    };
    once();
    const { inUse } = machine.memory;
    for (let i = 0; i < 5_000; i++) once();
    // Numbers of functions that were given back are given again, of which this program has two.
    expect(once()).toBeLessThan(4);
    expect(machine.memory.inUse).toBe(inUse);
  });

  describe("once it has reached the packet, asks again where that ends", () => {
    const READ = "r2 = *(u32 *)(r1 +0)\nr0 = *(u8 *)(r2 +7)";
    it.each([
      ["a store changed the context", "*(u32 *)(r1 +4) = 4"],
      ["a store changed part of it", "*(u8 *)(r1 +4) = 4"],
      ["an atomic operation did", "r3 = -4\nlock *(u32 *)(r1 +4) += r3"],
      ["a store-release did", "r3 = 4\nstore_release((u32 *)(r1 +4), r3)"],
      ["a helper did", "r6 = r1\nr7 = r2\ncall 77\nr2 = r7"],
    ])("when %s", (_, change) => {
      helpers[77] = {
        name: "shorten",
        parameters: [],
        result: "none",
        call: () => machine.memory.setUint32(context + PACKET.length, 4),
      };
      const lengths = new Uint8Array(machine.memory.bytes.buffer, context + PACKET.length, 4);
      expect(fault(`${READ}\n${change}\nr0 = *(u8 *)(r2 +7)\nexit`)).toMatchObject({ reason: "address" });
      lengths.set([8, 0, 0, 0]);
      expect(run(`${READ}\n${change}\nr0 = *(u8 *)(r2 +3)\nexit`)).toBe(0x84n);
      lengths.set([8, 0, 0, 0]);
      expect(run(`${READ}\n*(u8 *)(r2 +7) = 5\nr0 = *(u8 *)(r2 +7)\nexit`)).toBe(5n);
    });
  });

  // As the verifier has it (check_atomic), whatever is behind the pointer.
  it.each([
    "lock *(u64 *)(r10 -12) += r1",
    "lock *(u32 *)(r10 -10) += w1",
    "lock *(u32 *)(r1 +2) += w1",
    "r0 = atomic_fetch_or((u64 *)(r10 -9), r0)",
    "w0 = xchg32_32(r10 -7, w0)",
    "r0 = cmpxchg_64(r10 -20, r0, r1)",
    "r0 = load_acquire((u16 *)(r1 +1))",
    "store_release((u32 *)(r1 +1), w0)",
    "store_release((u64 *)(r10 -9), r1)",
  ])("insists on alignment: %s", (statement) => {
    const got = fault(`r0 = 0\n${statement}\nexit`);
    expect(got).toMatchObject({ reason: "address", instruction: 1 });
    expect(got.message).toMatch(/multiple of/);
  });

  it.each([
    "r10 += -8",
    "r10 = 0x100000000 ll",
    "r10 = *(u64 *)(r1 +0)",
    "r10 = atomic64_fetch_add((u64 *)(r1 +0), r10)",
  ])("refuses to change the frame pointer: %s", (statement) => {
    expect(() => load(`r0 = 0\n${statement}\nexit`)).toThrow("Instruction 1 changes R10");
  });

  it("reads packets and regions, and writes where it may", () => {
    const region = machine.memory.allocate(8);
    machine.regions.add(region, 8, false);
    expect(run("r2 = *(u32 *)(r1 +0)\nr0 = *(u8 *)(r2 +7)\nexit")).toBe(0x88n);
    expect(fault("r2 = *(u32 *)(r1 +0)\nr0 = *(u8 *)(r2 +8)\nexit")).toMatchObject({ instruction: 1 });
    expect(run(`r1 = ${region}\nr0 = *(u64 *)(r1 +0)\nr0 = 1\nexit`)).toBe(1n);
    expect(fault(`r1 = ${region}\n*(u8 *)(r1 +0) = 1\nr0 = 1\nexit`)).toMatchObject({ instruction: 1 });
  });
});
