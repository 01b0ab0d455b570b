import { describe, expect, it } from "vitest";
import { checkClassic } from "../../../src/bpf/classic/checker.ts";
import type { ClassicInstruction } from "../../../src/bpf/classic/instruction.ts";
import { PACKET_RULES, scratchSlot } from "../../../src/bpf/classic/rules.ts";
import { assemble } from "./programs.ts";

const raw = (code: number, k = 0, jt = 0, jf = 0): ClassicInstruction => ({ code, jt, jf, k });
const accept = raw(0x06, 1);
/** Index and message of every problem. */
const problems = (program: ClassicInstruction[]) => checkClassic(program).map(({ index, message }) => [index, message]);

describe("checkClassic refuses", () => {
  it.each<{ name: string; have: ClassicInstruction[]; want: [number, string][] }>([
    { name: "an empty program", have: [], want: [[0, "The program is empty."]] },
    {
      name: "too many instructions",
      have: Array.from({ length: 4097 }, () => accept),
      want: [[4096, "The program has 4097 instructions; the kernel takes at most 4096."]],
    },
    {
      name: "an unknown opcode",
      have: [raw(0x65), accept],
      want: [[0, "Instruction 0, 'unimp 0x65 jt 1 jf 1', has opcode 0x65; a packet program may not use it."]],
    },
    {
      name: "returning X",
      have: assemble("ret x\nret #1"),
      want: [[0, "Instruction 0, 'unimp 0xe', has opcode 0xe; a packet program may not use it."]],
    },
    {
      name: "division by the constant 0",
      have: assemble("div #0\nret #1"),
      want: [[0, "Instruction 0, 'div #0', divides by the constant 0."]],
    },
    {
      name: "a remainder by the constant 0",
      have: assemble("mod #0\nret #1"),
      want: [[0, "Instruction 0, 'mod #0', divides by the constant 0."]],
    },
    {
      name: "shifts by 32 and more",
      have: assemble("lsh #32\nrsh #-1\nret #1"),
      want: [
        [0, "Instruction 0, 'lsh #32', shifts a 32-bit value by 32."],
        [1, "Instruction 1, 'rsh #-1', shifts a 32-bit value by 4294967295."],
      ],
    },
    {
      name: "scratch slots beyond 15",
      have: assemble("st M[16]\nstx M[16]\nld M[16]\nldx M[-1]\nret #1"),
      want: [
        [0, "Instruction 0, 'st M[16]', names the scratch slot M[16]."],
        [1, "Instruction 1, 'stx M[16]', names the scratch slot M[16]."],
        [2, "Instruction 2, 'ld M[16]', names the scratch slot M[16]."],
        [3, "Instruction 3, 'ldx M[-1]', names the scratch slot M[4294967295]."],
      ],
    },
    {
      name: "jumps out of the program",
      have: [raw(0x15, 5, 1, 2), raw(0x05, 1), accept],
      want: [
        [0, "Instruction 0, 'jeq #0x5 jt 2 jf 3', jumps when false to 3, past the last instruction, 2."],
        [1, "Instruction 1, 'ja 3', jumps to 3, past the last instruction, 2."],
      ],
    },
    {
      name: "jumps back",
      have: [raw(0x05, 0xffff_ffff), raw(0x05, 0xffff_fffe), raw(0x05, 0xffff_0000), accept],
      want: [
        [0, "Instruction 0, 'ja 0', jumps back, to 0; the kernel takes no loops."],
        [1, "Instruction 1, 'ja 0', jumps back, to 0; the kernel takes no loops."],
        [2, "Instruction 2, 'ja -65533', jumps to 4294901763, past the last instruction, 3."],
      ],
    },
    {
      name: "an ancillary offset that is none",
      have: assemble("ld [-4095]\nldb [-1]\nret #1"),
      want: [
        [0, "Instruction 0, 'ld [-4095]', loads from offset -4095, where no ancillary value is."],
        [1, "Instruction 1, 'ldb [-1]', loads from offset -1, where no ancillary value is."],
      ],
    },
    {
      name: "a program that does not end with a return",
      have: assemble("ret #1\ntax"),
      want: [[1, "Instruction 1, 'tax', is the last one and not a return."]],
    },
    {
      name: "a scratch slot that was never written",
      have: assemble("ld M[3]\nret a"),
      want: [[0, "Instruction 0, 'ld M[3]', reads a scratch slot that not every way to it has written."]],
    },
    {
      name: "a scratch slot that one of two ways has written",
      have: assemble("jeq #1, yes\nja no\nyes: st M[0]\nno: ldx M[0]\nret a"),
      want: [[3, "Instruction 3, 'ldx M[0]', reads a scratch slot that not every way to it has written."]],
    },
    {
      name: "a slot written only before a jump over it, as a return does not end the way",
      have: assemble("jeq #1, yes, no\nno: st M[0]\nret #0\nyes: ld M[0]\nret a"),
      want: [[3, "Instruction 3, 'ld M[0]', reads a scratch slot that not every way to it has written."]],
    },
    {
      name: "fields that do not fit",
      have: [raw(0x15, 0, 256), raw(0x00, -1), raw(0x1_0000), raw(0x15, 0, 0, 0.5), accept],
      want: [
        [0, "Instruction 0 has jt 256; it must be 0 to 255."],
        [1, "Instruction 1 has k -1; it must be 0 to 4294967295."],
        [2, "Instruction 2 has code 65536; it must be 0 to 65535."],
        [3, "Instruction 3 has jf 0.5; it must be 0 to 255."],
      ],
    },
    {
      name: "a jump behind more packet loads than can be translated",
      have: assemble(`${"ld [4]\n".repeat(2341)}ja end\nend: ret #1`),
      want: [[2341, "Instruction 2341, 'ja 2342', is too far into the program for the kernel to translate it."]],
    },
  ])("$name", ({ have, want }) => expect(problems(have)).toEqual(want));

  it("everything at once", () => {
    expect(problems(assemble("div #0\nlsh #40\nld M[20]\ntax")).map(([index]) => index)).toEqual([0, 1, 2, 3]);
  });
});

describe("checkClassic permits", () => {
  it.each([
    { name: "the shortest program", have: "ret #0" },
    { name: "shifts by 31", have: "lsh #31\nrsh #31\nret a" },
    { name: "a slot written on both ways", have: "jeq #1, yes\nst M[0]\nja end\nyes: stx M[0]\nend: ld M[0]\nret a" },
    { name: "a slot read in unreachable code", have: "ja end\nld M[5]\nend: ret a" },
    { name: "every ancillary load", have: "ld proto\nldh type\nldb rand\nld [-4056]\nret a" },
    { name: "offsets from headers", have: "ld [-0x100000]\nldb [-0x200000]\nldb [-0x80000000]\nret a" },
    { name: "any offset of other loads", have: "ld [x - 1]\nldxb 4*([-1]&0xf)\nret a" },
    { name: "loads of any length without a jump", have: `${"ld [4]\n".repeat(4095)}ret #1` },
  ])("$name", ({ have }) => expect(problems(assemble(have))).toEqual([]));

  it("fields that an instruction does not use", () => {
    expect(problems([raw(0x07, 5, 6, 7), raw(0x16, 1, 2, 3)])).toEqual([]);
  });
});

describe("rules of another place", () => {
  const rules = {
    place: "a tiny machine",
    opcodes: new Map([
      [0x06, PACKET_RULES.opcodes.get(0x06)!],
      [0x02, scratchSlot],
    ]),
  };
  it("replace the permitted opcodes", () => {
    expect(checkClassic(assemble("st M[1]\nret #1"), rules)).toEqual([]);
    expect(checkClassic(assemble("st M[16]\ntax\nret #1"), rules).map(({ message }) => message)).toEqual([
      "Instruction 0, 'st M[16]', names the scratch slot M[16].",
      "Instruction 1, 'tax', has opcode 0x7; a tiny machine may not use it.",
    ]);
  });
});
