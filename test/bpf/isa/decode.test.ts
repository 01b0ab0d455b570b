import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeProgram } from "../../../src/bpf/isa/decode.ts";
import { encodeProgram } from "../../../src/bpf/isa/encode.ts";
import type { Instruction } from "../../../src/bpf/isa/instruction.ts";
import { readRaw } from "../../../src/bpf/isa/raw.ts";
import { ALL_FORMS, anyProgram, instructionOf, toBytes } from "./arbitrary-program.ts";

const EXIT = "9500000000000000";
const bytesOf = (...words: string[]) => Uint8Array.from(Buffer.from(words.join("").replaceAll(" ", ""), "hex"));

describe("decodeProgram", () => {
  const cases: { name: string; have: string; want: object }[] = [
    {
      name: "64-bit add of an immediate",
      have: "07 01 0000 fbffffff",
      want: { kind: "alu", bits: 64, operation: "add", dst: 1, src: null, imm: -5 },
    },
    {
      name: "32-bit move of a register",
      have: "bc a9 0000 00000000",
      want: { kind: "alu", bits: 32, operation: "mov", dst: 9, src: 10, imm: 0 },
    },
    {
      name: "signed division, offset 1",
      have: "3f 21 0100 00000000",
      want: { kind: "alu", bits: 64, operation: "sdiv", dst: 1, src: 2, imm: 0 },
    },
    {
      name: "signed remainder of 32 bits",
      have: "94 01 0100 07000000",
      want: { kind: "alu", bits: 32, operation: "smod", dst: 1, src: null, imm: 7 },
    },
    {
      name: "sign-extending move",
      have: "bf 21 2000 00000000",
      want: { kind: "move-signed", bits: 64, from: 32, dst: 1, src: 2 },
    },
    { name: "negation", have: "84 03 0000 00000000", want: { kind: "negate", bits: 32, dst: 3 } },
    { name: "to big-endian", have: "dc 01 0000 10000000", want: { kind: "byte-swap", order: "be", bits: 16, dst: 1 } },
    {
      name: "unconditional byte swap",
      have: "d7 01 0000 40000000",
      want: { kind: "byte-swap", order: "swap", bits: 64, dst: 1 },
    },
    {
      name: "arena cast",
      have: "bf 12 0100 00000100",
      want: { kind: "address-space-cast", dst: 2, src: 1, to: 1, from: 0 },
    },
    { name: "per-CPU address", have: "bf 12 ffff 00000000", want: { kind: "percpu-address", dst: 2, src: 1 } },
    {
      name: "sign-extending load",
      have: "91 12 f8ff 00000000",
      want: { kind: "load", bytes: 1, signed: true, dst: 2, src: 1, offset: -8 },
    },
    {
      name: "store of an immediate",
      have: "7a 0a f8ff ffffffff",
      want: { kind: "store", bytes: 8, dst: 10, src: null, imm: -1, offset: -8 },
    },
    {
      name: "fetching or",
      have: "c3 21 0400 41000000",
      want: { kind: "atomic", bytes: 4, operation: "or", fetch: true, dst: 1, src: 2, offset: 4 },
    },
    {
      name: "compare and exchange",
      have: "db 21 0000 f1000000",
      want: { kind: "atomic", bytes: 8, operation: "cmpxchg", fetch: true, dst: 1, src: 2, offset: 0 },
    },
    {
      name: "acquiring load of a byte",
      have: "d3 21 0000 00010000",
      want: { kind: "load-acquire", bytes: 1, dst: 1, src: 2, offset: 0 },
    },
    {
      name: "releasing store of a half word",
      have: "cb 21 0000 10010000",
      want: { kind: "store-release", bytes: 2, dst: 1, src: 2, offset: 0 },
    },
    { name: "packet load", have: "28 00 0000 0c000000", want: { kind: "packet-load", bytes: 2, src: null, imm: 12 } },
    {
      name: "indirect packet load",
      have: "50 10 0000 0e000000",
      want: { kind: "packet-load", bytes: 1, src: 1, imm: 14 },
    },
    { name: "jump", have: "05 00 0000 00000000", want: { kind: "jump", far: false, target: 1 } },
    { name: "far jump", have: "06 00 0000 00000000", want: { kind: "jump", far: true, target: 1 } },
    {
      name: "32-bit signed branch backwards",
      have: "ce 21 ffff 00000000",
      want: { kind: "branch", bits: 32, condition: "slt", dst: 1, src: 2, imm: 0, target: 0 },
    },
    {
      name: "bit test",
      have: "45 01 0000 00000080",
      want: { kind: "branch", bits: 64, condition: "set", dst: 1, src: null, imm: -0x8000_0000, target: 1 },
    },
    { name: "may_goto", have: "e5 00 0000 00000000", want: { kind: "may-goto", target: 1 } },
    { name: "helper", have: "85 00 0000 01000000", want: { kind: "call-helper", helper: 1 } },
    { name: "local function", have: "85 10 0000 00000000", want: { kind: "call-local", target: 1 } },
    {
      name: "kernel function of a module",
      have: "85 20 0200 39300000",
      want: { kind: "call-kernel", btfId: 12345, module: 2 },
    },
    { name: "call by register", have: "8d 02 0000 00000000", want: { kind: "call-register", register: 2 } },
    { name: "exit, whose offset Linux ignores", have: "95 00 0700 00000000", want: { kind: "exit" } },
  ];
  it.each(cases)("decodes: $name", ({ have, want }) => {
    const { instructions, problems } = decodeProgram(bytesOf(have, EXIT));
    expect(problems).toEqual([]);
    expect(instructions[0]).toEqual({ index: 0, ...want });
  });

  it.each([
    { name: "a number", src: 0, want: { kind: "constant", value: 0x1122_3344_f566_7788n } },
    {
      name: "a map's descriptor",
      src: 1,
      upper: 0,
      want: { kind: "reference", to: "map-fd", imm: -0xa99_8878, nextImm: 0 },
    },
    {
      name: "a map's value",
      src: 2,
      want: { kind: "reference", to: "map-value", imm: -0xa99_8878, nextImm: 0x1122_3344 },
    },
    {
      name: "a kernel variable",
      src: 3,
      want: { kind: "reference", to: "btf-id", imm: -0xa99_8878, nextImm: 0x1122_3344 },
    },
    {
      name: "a map's index",
      src: 5,
      upper: 0,
      want: { kind: "reference", to: "map-index", imm: -0xa99_8878, nextImm: 0 },
    },
    {
      name: "an indexed map's value",
      src: 6,
      want: { kind: "reference", to: "map-index-value", imm: -0xa99_8878, nextImm: 0x1122_3344 },
    },
  ])("decodes a 64-bit immediate: $name", ({ src, upper, want }) => {
    const bytes = bytesOf(`18 ${src}1 0000 887766f5`, "00 00 0000 44332211", EXIT);
    if (upper !== undefined) bytes.fill(0, 12, 16);
    const { instructions, problems } = decodeProgram(bytes);
    expect(problems).toEqual([]);
    expect(instructions).toEqual([{ index: 0, dst: 1, ...want }, null, { kind: "exit", index: 2 }]);
  });

  it("takes a function's distance from the first half", () => {
    const { instructions, problems } = decodeProgram(bytesOf("18 42 0000 01000000", "00 00 0000 00000000", EXIT));
    expect(problems).toEqual([]);
    expect(instructions[0]).toMatchObject({ kind: "reference", to: "function", imm: 1 });
  });

  const problems: { name: string; have: string[]; want: string[]; kernel?: string }[] = [
    { name: "no bytes at all", have: [], want: ["The program has no instructions."] },
    {
      name: "cut inside an instruction",
      have: [EXIT, "b7 00 00"],
      want: ["Instruction 1 is cut short: 3 of its 8 bytes are there."],
    },
    {
      name: "cut inside a 64-bit immediate",
      have: ["18 01 0000 01000000"],
      want: [
        "Instruction 0 loads a 64-bit immediate, but the program ends before its second half.",
        "Instruction 0 is the last",
      ],
      kernel: "invalid bpf_ld_imm64 insn",
    },
    {
      name: "a second half that is an instruction",
      have: ["18 01 0000 01000000", EXIT, EXIT],
      want: ["Instruction 0 loads a 64-bit immediate, but what follows is not its second half"],
      kernel: "invalid bpf_ld_imm64 insn",
    },
    {
      name: "unknown opcode",
      have: ["8c 00 0000 00000000", EXIT],
      want: ["Instruction 0 has opcode 0x8c, which does not exist."],
      kernel: "unknown opcode 8c",
    },
    {
      name: "register 11",
      have: ["bf b1 0000 00000000", EXIT],
      want: ["Instruction 0 (opcode 0xbf): its source register is 11, but must be a register from 0 to 10."],
      kernel: "R11 is invalid",
    },
    {
      name: "reserved source register",
      have: ["b7 51 0000 00000000", EXIT],
      want: ["Instruction 0 (opcode 0xb7): its source register is 5, but must be 0."],
      kernel: "BPF_MOV uses reserved fields",
    },
    {
      name: "reserved offset of a jump",
      have: ["06 00 0100 00000000", EXIT],
      want: ["Instruction 0 (opcode 0x06): its offset is 1, but must be 0."],
      kernel: "BPF_JA uses reserved fields",
    },
    {
      name: "sign extension from 32 to 32 bits",
      have: ["bc 21 2000 00000000", EXIT],
      want: ["Instruction 0 (opcode 0xbc): its offset is 32, but must be 0, 8 or 16."],
      kernel: "BPF_MOV uses reserved fields",
    },
    {
      name: "byte swap of 8 bits",
      have: ["d4 01 0000 08000000", EXIT],
      want: ["Instruction 0 (opcode 0xd4): its immediate is 8, but must be 16, 32 or 64."],
      kernel: "BPF_END uses reserved fields",
    },
    {
      name: "atomic subtraction",
      have: ["db 21 0000 10000000", EXIT],
      want: [
        "Instruction 0 (opcode 0xdb): its immediate is 16, but must be 0, 1, 64, 65, 80, 81, 160, 161, 225, 241, 256 or 272.",
      ],
      kernel: "BPF_ATOMIC uses invalid atomic opcode",
    },
    {
      name: "atomic addition of a byte",
      have: ["d3 21 0000 00000000", EXIT],
      want: ["Instruction 0 (opcode 0xd3): its immediate is 0, but must be 256 or 272."],
      kernel: "invalid atomic operand size",
    },
    {
      name: "map with an upper half",
      have: ["18 11 0000 03000000", "00 00 0000 01000000", EXIT],
      want: ["Instruction 0 (opcode 0x18): its immediate's upper half is 1, but must be 0."],
      kernel: "unrecognized bpf_ld_imm64 insn",
    },
    {
      name: "two fields at once",
      have: ["95 12 0000 00000000", EXIT],
      want: [
        "Instruction 0 (opcode 0x95): its destination register is 2, but must be 0; its source register is 1, but must be 0.",
      ],
      kernel: "BPF_EXIT uses reserved fields",
    },
    {
      name: "jump past the end",
      have: ["05 00 0100 00000000", EXIT],
      want: ["Instruction 0 jumps to instruction 2, outside the program of 2 instructions."],
      kernel: "jump out of range from insn 0 to 2",
    },
    {
      name: "jump before the beginning",
      have: ["05 00 feff 00000000", EXIT],
      want: ["Instruction 0 jumps to instruction -1, outside the program of 2 instructions."],
      kernel: "jump out of range from insn 0 to -1",
    },
    {
      name: "jump into a 64-bit immediate",
      have: ["15 01 0100 00000000", "18 01 0000 00000000", "00 00 0000 00000000", EXIT],
      want: ["Instruction 0 jumps to instruction 2, the second half of a 64-bit immediate."],
      kernel: "jump into the middle of ldimm64 insn 1",
    },
    {
      name: "call past the end",
      have: ["85 10 0000 09000000", EXIT],
      want: ["Instruction 0 calls instruction 10, outside the program of 2 instructions."],
      kernel: "call to invalid destination",
    },
    {
      name: "last instruction falls through",
      have: [EXIT, "b7 00 0000 00000000"],
      want: [
        "Instruction 1 is the last, but neither 'exit' nor an unconditional jump: the program would run past its end.",
      ],
      kernel: "last insn is not an exit or jmp",
    },
    {
      name: "last instruction branches",
      have: ["15 00 ffff 00000000"],
      want: ["Instruction 0 is the last"],
      kernel: "last insn is not an exit or jmp",
    },
    {
      name: "a 64-bit immediate is last",
      have: ["18 01 0000 00000000", "00 00 0000 00000000"],
      want: ["Instruction 1 is the last"],
      kernel: "last insn is not an exit or jmp",
    },
  ];
  it.each(problems)("refuses: $name", ({ have, want, kernel }) => {
    const found = decodeProgram(bytesOf(...have)).problems;
    expect(found.map(({ message }, i) => message.slice(0, want[i]?.length))).toEqual(want);
    if (kernel !== undefined) expect(found.map((problem) => problem.kernel)).toContain(kernel);
  });

  it("names all problems at once, in order", () => {
    const { problems, instructions } = decodeProgram(
      bytesOf("05 00 6400 00000000", "ff 00 0000 00000000", "b7 0b 0000 00000000", EXIT, "00"),
    );
    expect(problems.map(({ index }) => index)).toEqual([0, 1, 2, 4]);
    expect(instructions.map((instruction) => instruction?.kind)).toEqual(["jump", undefined, undefined, "exit"]);
  });
});

describe("the table of forms", () => {
  it("has no two forms that accept the same instruction", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...ALL_FORMS).chain((form) => instructionOf(form, 0).map((slots) => ({ form, slots }))),
        ({ form, slots }) => {
          const decoded = decodeProgram(toBytes([...slots, { opcode: 0x95, dst: 0, src: 0, offset: 0, imm: 0 }]))
            .instructions[0]!;
          expect(decoded.kind).toBe(form.means.kind);
          expect(decoded).toMatchObject(staticPart(form.means));
        },
      ),
      { numRuns: 2000 },
    );
  });

  it("covers the opcodes of RFC 9669, Linux's additions and callx, and no more", () => {
    const opcodes = new Set(ALL_FORMS.map((form) => form.opcode));
    const expected = new Set<number>();
    for (const cls of [4, 7])
      for (let op = 0; op <= 0xc0; op += 0x10)
        for (const source of [0, 8]) if (op !== 0x80 || source === 0) expected.add(cls | op | source);
    for (const opcode of [0xd4, 0xdc, 0xd7]) expected.add(opcode);
    for (const cls of [5, 6])
      for (const op of [1, 2, 3, 4, 5, 6, 7, 10, 11, 12, 13])
        for (const source of [0, 8]) expected.add(cls | (op << 4) | source);
    for (const opcode of [0x05, 0x06, 0xe5, 0x85, 0x8d, 0x95, 0x18]) expected.add(opcode);
    for (const size of [0x00, 0x08, 0x10, 0x18]) for (const base of [0x61, 0x62, 0x63, 0xc3]) expected.add(base | size);
    for (const size of [0x00, 0x08, 0x10]) for (const base of [0x81, 0x20, 0x40]) expected.add(base | size);
    expect([...opcodes].sort((a, b) => a - b)).toEqual([...expected].sort((a, b) => a - b));
  });
});

function staticPart(means: object): object {
  const { register: _, ...rest } = means as { register?: boolean };
  return rest;
}

describe("encodeProgram", () => {
  it("is the inverse of decodeProgram", () => {
    fc.assert(
      fc.property(anyProgram, (bytes) => {
        const { instructions, problems } = decodeProgram(bytes);
        expect(problems).toEqual([]);
        expect(encodeProgram(instructions)).toEqual(bytes);
      }),
      { numRuns: 300 },
    );
  });

  it("refuses instructions that are not where their index says", () => {
    expect(() => encodeProgram([{ kind: "exit", index: 1 }])).toThrow(RangeError);
  });

  it.each([
    { name: "near", far: false, target: 0x8001, works: false },
    { name: "near, just in reach", far: false, target: 0x8000, works: true },
    { name: "far", far: true, target: 0x8001, works: true },
  ])("checks how far a jump goes: $name", ({ far, target, works }) => {
    const jump: Instruction = { kind: "jump", index: 0, far, target };
    if (works)
      expect(readRaw(encodeProgram([jump]), 0)).toMatchObject(far ? { imm: target - 1 } : { offset: target - 1 });
    else expect(() => encodeProgram([jump])).toThrow("further than 16 bits can say");
  });
});

it("reads and writes the bit fields where struct bpf_insn has them", () => {
  expect(readRaw(bytesOf("7b 6a f8ff 78563412"), 0)).toEqual({
    opcode: 0x7b,
    dst: 10,
    src: 6,
    offset: -8,
    imm: 0x1234_5678,
  });
});
