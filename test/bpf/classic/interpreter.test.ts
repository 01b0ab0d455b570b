import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ClassicInterpreter } from "../../../src/bpf/classic/interpreter.ts";
import type { ClassicPacket } from "../../../src/bpf/classic/packet.ts";
import { packetOf } from "./packets.ts";
import { assemble, validProgram } from "./programs.ts";

const BYTES = [0x81, 0x02, 0x83, 0x04, 0x85, 0x06, 0x87, 0x08];

/** What a program's text returns for a packet. */
function run(text: string, packet: ClassicPacket = packetOf(BYTES)): number {
  return new ClassicInterpreter(assemble(text)).run(packet);
}

interface Case {
  name: string;
  have: string;
  want: number;
}

/** Cases whose text is followed by `ret a`. */
function returningA(cases: Case[]): void {
  it.each(cases)("$name", ({ have, want }) => expect(run(`${have}\nret a`)).toBe(want));
}

describe("loads of constants, length and registers", () => {
  returningA([
    { name: "A starts as 0", have: "", want: 0 },
    { name: "X starts as 0", have: "ld #7\ntxa", want: 0 },
    { name: "a constant is unsigned", have: "ld #-1", want: 0xffff_ffff },
    { name: "ldx and txa", have: "ldx #0x80000000\ntxa", want: 0x8000_0000 },
    { name: "tax copies A", have: "ld #5\ntax\nld #0\ntxa", want: 5 },
    { name: "length to A", have: "ld len", want: 8 },
    { name: "length to X", have: "ldx len\ntxa", want: 8 },
  ]);
});

describe("loads from the packet", () => {
  returningA([
    { name: "a word is big-endian and unsigned", have: "ld [0]", want: 0x8102_8304 },
    { name: "a half word", have: "ldh [2]", want: 0x8304 },
    { name: "a byte", have: "ldb [4]", want: 0x85 },
    { name: "the last word", have: "ld [4]", want: 0x8506_8708 },
    { name: "a word that ends one byte outside ends the program", have: "ld [5]\nld #1", want: 0 },
    { name: "a half word that ends outside", have: "ldh [7]\nld #1", want: 0 },
    { name: "a byte outside", have: "ldb [8]\nld #1", want: 0 },
    { name: "far outside", have: "ld [0x7fffffff]\nld #1", want: 0 },
    { name: "indexed word", have: "ldx #1\nld [x + 3]", want: 0x8506_8708 },
    { name: "indexed half word", have: "ldx #5\nldh [x + 1]", want: 0x8708 },
    { name: "indexed byte", have: "ldx #7\nldb [x + 0]", want: 0x08 },
    { name: "index minus an offset", have: "ldx #7\nldb [x - 7]", want: 0x81 },
    { name: "index and offset wrap at 32 bits", have: "ldx #0xffffffff\nldb [x + 3]", want: 0x83 },
    { name: "an index outside ends the program", have: "ldx #5\nld [x + 0]\nld #1", want: 0 },
    { name: "header length", have: "ldx 4*([4]&0xf)\ntxa", want: 20 },
    { name: "header length leaves A alone", have: "ld #9\nldxb 4*([4]&0xf)", want: 9 },
    { name: "header length outside ends the program", have: "ldxb 4*([8]&0xf)\nld #1", want: 0 },
  ]);

  it("an empty packet has nothing to load", () => {
    for (const load of ["ldb [0]", "ldh [0]", "ld [0]", "ldxb 4*([0]&0xf)"])
      expect(run(`${load}\nret #1`, packetOf([]))).toBe(0);
  });
});

describe("loads at negative offsets", () => {
  const bytes = Uint8Array.from({ length: 40 }, (_, i) => i);
  /** Head at byte 4, link-layer header at 6, data at 20 and network header at 20; the packet ends at 36. */
  const packet = {
    ...packetOf([]),
    bytes,
    head: 4,
    macHeader: 6,
    data: 20,
    networkHeader: 20,
    length: 16,
  };
  it.each([
    { name: "from the network header", have: "ld [-0x100000]", want: 0x1415_1617 },
    { name: "from the link-layer header, before the data", have: "ldh [-0x200000]", want: 0x0607 },
    { name: "up to the packet's end", have: "ldb [-0xffff1]", want: 35 },
    { name: "not beyond it", have: "ldb [-0xffff0]\nld #1", want: 0 },
    { name: "nor partly beyond it", have: "ldh [-0xffff1]\nld #1", want: 0 },
    { name: "below SKF_LL_OFF there is nothing", have: "ldb [-0x200001]\nld #1", want: 0 },
    { name: "at the lowest offset neither", have: "ldb [-0x80000000]\nld #1", want: 0 },
    { name: "an index may go there", have: "ldx #-0x100000\nldb [x + 2]", want: 22 },
    { name: "an indexed load is never ancillary", have: "ldx #-0x1000\nld [x + 8]\nld #1", want: 0 },
    { name: "a header length counts from there too", have: "ldxb 4*([-0x200000]&0xf)\ntxa", want: 24 },
    { name: "a header length is never ancillary", have: "ldxb 4*([-0x1000]&0xf)\nld #1", want: 0 },
  ])("$name", ({ have, want }) => expect(run(`${have}\nret a`, packet)).toBe(want));

  it("without a link-layer header nothing counts from it", () => {
    const unset = { ...packet, macHeader: -(2 ** 30) };
    expect(run("ldb [-0x200000]\nret #1", unset)).toBe(0);
    expect(run("ldb [-0x100001]\nret #1", unset)).toBe(0);
  });

  it("a link-layer header below the head is out of reach", () => {
    expect(run("ldb [-0x200000]\nret #1", { ...packet, macHeader: 3 })).toBe(0);
  });
});

describe("arithmetic", () => {
  returningA([
    { name: "add wraps", have: "ld #0xffffffff\nadd #2", want: 1 },
    { name: "add x", have: "ld #0x7fffffff\nldx #1\nadd x", want: 0x8000_0000 },
    { name: "sub wraps", have: "ld #1\nsub #2", want: 0xffff_ffff },
    { name: "sub x", have: "ld #5\nldx #7\nsub x", want: 0xffff_fffe },
    { name: "mul keeps the low 32 bits", have: "ld #0xdeadbeef\nmul #0xcafebabe", want: 0x88cf_5b62 },
    { name: "mul x", have: "ld #0x10001\nldx #0x10001\nmul x", want: 0x0002_0001 },
    { name: "div is unsigned", have: "ld #0xfffffffe\ndiv #2", want: 0x7fff_ffff },
    { name: "div by 1 keeps the upper half", have: "ld #0xfffffffe\ndiv #1", want: 0xffff_fffe },
    { name: "div x", have: "ld #100\nldx #0xffffffff\ndiv x", want: 0 },
    { name: "div by an X of 0 ends the program", have: "ld #100\ndiv x\nld #1", want: 0 },
    { name: "mod is unsigned", have: "ld #0xffffffff\nmod #10", want: 5 },
    { name: "mod x", have: "ld #7\nldx #0x80000000\nmod x", want: 7 },
    { name: "mod by an X of 0 ends the program", have: "ld #100\nmod x\nld #1", want: 0 },
    { name: "neg", have: "ld #1\nneg", want: 0xffff_ffff },
    { name: "neg of the lowest", have: "ld #0x80000000\nneg", want: 0x8000_0000 },
    { name: "neg of 0", have: "neg", want: 0 },
    { name: "and", have: "ld #0xff00ff00\nand #0x0ff00ff0", want: 0x0f00_0f00 },
    { name: "and x", have: "ld #0x80000001\nldx #0x80000000\nand x", want: 0x8000_0000 },
    { name: "or", have: "ld #0x80000000\nor #1", want: 0x8000_0001 },
    { name: "or x", have: "ld #6\nldx #9\nor x", want: 15 },
    { name: "xor", have: "ld #0xffffffff\nxor #0xf", want: 0xffff_fff0 },
    { name: "xor x", have: "ld #6\nldx #3\nxor x", want: 5 },
    { name: "lsh", have: "ld #3\nlsh #31", want: 0x8000_0000 },
    { name: "lsh x masks to five bits", have: "ld #1\nldx #33\nlsh x", want: 2 },
    { name: "rsh is logical", have: "ld #0x80000000\nrsh #31", want: 1 },
    { name: "rsh by 0", have: "ld #0x80000000\nrsh #0", want: 0x8000_0000 },
    { name: "rsh x masks to five bits", have: "ld #0x80000000\nldx #0xffffffff\nrsh x", want: 1 },
  ]);
});

describe("jumps", () => {
  /** 1 where the condition holds, else 2. */
  const branch = (load: string, condition: string) => `${load}\n${condition}, yes, no\nyes: ret #1\nno: ret #2`;
  it.each([
    { name: "jeq", have: branch("ld #5", "jeq #5"), want: 1 },
    { name: "jeq compares 32 bits", have: branch("ld #-1", "jeq #0xffffffff"), want: 1 },
    { name: "jeq fails", have: branch("ld #5", "jeq #6"), want: 2 },
    { name: "jeq x", have: branch("ld #5\ntax", "jeq x"), want: 1 },
    { name: "jgt is unsigned", have: branch("ld #0x80000000", "jgt #0x7fffffff"), want: 1 },
    { name: "jgt fails on equal", have: branch("ld #5", "jgt #5"), want: 2 },
    { name: "jgt x", have: branch("ld #1\nldx #-1", "jgt x"), want: 2 },
    { name: "jge holds on equal", have: branch("ld #5", "jge #5"), want: 1 },
    { name: "jge is unsigned", have: branch("ld #5", "jge #0x80000000"), want: 2 },
    { name: "jge x", have: branch("ld #-1\nldx #1", "jge x"), want: 1 },
    { name: "jset", have: branch("ld #0x80000000", "jset #0xf0000000"), want: 1 },
    { name: "jset fails", have: branch("ld #1", "jset #2"), want: 2 },
    { name: "jset x", have: branch("ld #1\nldx #3", "jset x"), want: 1 },
    { name: "ja", have: "ja over\nret #1\nover: ret #2", want: 2 },
    { name: "a constant of 32 bits is returned unsigned", have: "ret #-1", want: 0xffff_ffff },
  ])("$name", ({ have, want }) => expect(run(have)).toBe(want));
});

describe("scratch memory", () => {
  returningA([
    { name: "st and ld", have: "ld #0xffffffff\nst M[15]\nld #0\nld M[15]", want: 0xffff_ffff },
    { name: "stx and ldx", have: "ldx #7\nstx M[0]\nldx #0\nldx M[0]\ntxa", want: 7 },
    { name: "slots are apart", have: "ld #1\nst M[0]\nld #2\nst M[1]\nld M[0]", want: 1 },
  ]);
});

describe("ancillary loads", () => {
  const packet = packetOf(BYTES, {
    protocol: 0x86dd,
    pktType: 4,
    ifindex: 3,
    hatype: 772,
    mark: 0xffff_fffe,
    queue: 9,
    hash: 0x8000_0001,
    cpu: 2,
    vlanTci: 0xe00a,
    vlanPresent: 1,
    vlanTpid: 0x88a8,
    payloadOffset: () => 54,
    random: () => 0xdead_beef,
  });
  it.each([
    { name: "proto", want: 0x86dd },
    { name: "type", want: 4 },
    { name: "ifidx", want: 3 },
    { name: "hatype", want: 772 },
    { name: "mark", want: 0xffff_fffe },
    { name: "queue", want: 9 },
    { name: "rxhash", want: 0x8000_0001 },
    { name: "cpu", want: 2 },
    { name: "vlan_tci", want: 0xe00a },
    { name: "vlan_avail", want: 1 },
    { name: "vlan_tpid", want: 0x88a8 },
    { name: "poff", want: 54 },
    { name: "rand", want: 0xdead_beef },
  ])("$name, in every load size", ({ name, want }) => {
    for (const load of ["ld", "ldh", "ldb"]) expect(run(`${load} ${name}\nret a`, packet)).toBe(want);
  });

  it("SKF_AD_ALU_XOR_X is A ^ X", () => {
    expect(run("ldx #3\nld #6\nld [-4056]\nret a")).toBe(5);
  });

  it.each([
    { name: "ifidx without a device ends the program", have: "ld ifidx\nret #1", want: 0 },
    { name: "hatype without a device ends the program", have: "ld hatype\nret #1", want: 0 },
    { name: "ifidx leaves what was in A as the return value", have: "ld #-7\nld ifidx\nret #1", want: 0xffff_fff9 },
    { name: "hatype leaves what was in A as the return value", have: "ld len\nldh hatype\nret #1", want: 8 },
  ])("$name", ({ have, want }) => expect(run(have)).toBe(want));
});

describe("netlink attributes", () => {
  // At 0: type 1, 4 bytes of value; at 8: type 2, nested with its flag set, holding types 5 (empty) and 6.
  const nested = [4, 0, 5, 0, 6, 0, 6, 0, 0xaa, 0xbb, 0, 0];
  const attributes = packetOf([8, 0, 1, 0, 1, 2, 3, 4, 16, 0, 2, 0x80, ...nested]);
  it.each([
    { name: "the first attribute of a list is at offset 0", have: "ld #0\nldx #1\nld nla", want: 0 },
    { name: "the next", have: "ld #0\nldx #2\nld nla", want: 8 },
    { name: "a list may begin anywhere", have: "ld #12\nldx #6\nld nla", want: 16 },
    { name: "absent", have: "ld #0\nldx #9\nld nla", want: 0 },
    { name: "flags are no part of the type", have: "ld #0\nldx #0x8002\nld nla", want: 0 },
    { name: "nested", have: "ld #8\nldx #6\nld nlan", want: 16 },
    { name: "nested, absent", have: "ld #8\nldx #1\nld nlan", want: 0 },
    { name: "an offset with less than a header behind it", have: "ld #21\nldx #1\nld nla", want: 0 },
    { name: "an offset outside", have: "ld #-4\nldx #1\nld nlan", want: 0 },
  ])("$name", ({ have, want }) => expect(run(`${have}\nret a`, attributes)).toBe(want));

  it.each([
    { name: "a length below the header's ends the search", have: [3, 0, 1, 0, 4, 0, 2, 0] },
    { name: "a length beyond the packet ends the search", have: [9, 0, 1, 0, 4, 0, 2, 0] },
    { name: "a packet shorter than a header has none", have: [4, 0, 2] },
  ])("$name", ({ have }) => expect(run("ldx #2\nld nla\nret a", packetOf(have))).toBe(0));
});

describe("ClassicInterpreter", () => {
  it("refuses a program that the checker refuses", () => {
    expect(() => new ClassicInterpreter([])).toThrow(RangeError);
    expect(() => new ClassicInterpreter(assemble("ld #1"))).toThrow("not a return");
  });

  it("sees the packet's memory anew in every run", () => {
    const interpreter = new ClassicInterpreter(assemble("ldb [0]\nret a"));
    const packet = packetOf([7]);
    expect(interpreter.run(packet)).toBe(7);
    packet.bytes = new Uint8Array(packet.bytes.length).fill(9);
    expect(interpreter.run(packet)).toBe(9);
  });

  it("ends with an unsigned number on every checked program and any packet", () => {
    const packet = fc.record({
      content: fc.uint8Array({ maxLength: 80 }),
      head: fc.nat(64),
      macHeader: fc.nat(100),
      networkHeader: fc.nat(150),
      ifindex: fc.nat(1),
      mark: fc.integer({ min: 0, max: 0xffff_ffff }),
    });
    fc.assert(
      fc.property(validProgram(), packet, (program, { content, ...fields }) => {
        const value = new ClassicInterpreter(program).run(packetOf(content, fields));
        expect(Number.isInteger(value) && value >= 0 && value <= 0xffff_ffff).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});
