import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { ClassicInstruction } from "../../../src/bpf/classic/instruction.ts";
import { parseClassicProgram } from "../../../src/bpf/classic/parser.ts";
import { ProgramTextError } from "../../../src/bpf/program-text-error.ts";

const raw = (code: number, k = 0, jt = 0, jf = 0): ClassicInstruction => ({ code, jt, jf, k });
const parse = (text: string) => parseClassicProgram(text).instructions;

describe("one instruction in bpf_asm", () => {
  it.each<{ have: string; want: ClassicInstruction }>([
    { have: "ld #5", want: raw(0x00, 5) },
    { have: "ldi #5", want: raw(0x00, 5) },
    { have: "ldi 5", want: raw(0x00, 5) },
    { have: "ld #-1", want: raw(0x00, 0xffff_ffff) },
    { have: "ld #0xAbC", want: raw(0x00, 0xabc) },
    { have: "ld #0b101", want: raw(0x00, 5) },
    { have: "ld #017", want: raw(0x00, 15) },
    { have: "LD [12]", want: raw(0x20, 12) },
    { have: "ld [-4096]", want: raw(0x20, 0xffff_f000) },
    { have: "ldh [12]", want: raw(0x28, 12) },
    { have: "ldb [12]", want: raw(0x30, 12) },
    { have: "ld [x + 4]", want: raw(0x40, 4) },
    { have: "ld [x+4]", want: raw(0x40, 4) },
    { have: "ldh [%x + 4]", want: raw(0x48, 4) },
    { have: "ldb [x - 4]", want: raw(0x50, 0xffff_fffc) },
    { have: "ldb [x + -4]", want: raw(0x50, 0xffff_fffc) },
    { have: "ld M[3]", want: raw(0x60, 3) },
    { have: "ld m[3]", want: raw(0x60, 3) },
    { have: "ld len", want: raw(0x80) },
    { have: "ld #len", want: raw(0x80) },
    { have: "ld #pktlen", want: raw(0x80) },
    { have: "ld proto", want: raw(0x20, 0xffff_f000) },
    { have: "ldh #proto", want: raw(0x28, 0xffff_f000) },
    { have: "ldb type", want: raw(0x30, 0xffff_f004) },
    { have: "ld poff", want: raw(0x20, 0xffff_f034) },
    { have: "ld ifidx", want: raw(0x20, 0xffff_f008) },
    { have: "ld nla", want: raw(0x20, 0xffff_f00c) },
    { have: "ld nlan", want: raw(0x20, 0xffff_f010) },
    { have: "ld mark", want: raw(0x20, 0xffff_f014) },
    { have: "ld queue", want: raw(0x20, 0xffff_f018) },
    { have: "ld hatype", want: raw(0x20, 0xffff_f01c) },
    { have: "ld rxhash", want: raw(0x20, 0xffff_f020) },
    { have: "ld cpu", want: raw(0x20, 0xffff_f024) },
    { have: "ld vlan_tci", want: raw(0x20, 0xffff_f02c) },
    { have: "ld vlan_avail", want: raw(0x20, 0xffff_f030) },
    { have: "ld vlan_pr", want: raw(0x20, 0xffff_f030) },
    { have: "ld vlan_tpid", want: raw(0x20, 0xffff_f03c) },
    { have: "ld rand", want: raw(0x20, 0xffff_f038) },
    { have: "ldx #5", want: raw(0x01, 5) },
    { have: "ldxi 5", want: raw(0x01, 5) },
    { have: "ldx M[3]", want: raw(0x61, 3) },
    { have: "ldx len", want: raw(0x81) },
    { have: "ldx 4*([14]&0xf)", want: raw(0xb1, 14) },
    { have: "ldxb 4 * ( [14] & 15 )", want: raw(0xb1, 14) },
    { have: "st M[3]", want: raw(0x02, 3) },
    { have: "stx M[3]", want: raw(0x03, 3) },
    { have: "add #1", want: raw(0x04, 1) },
    { have: "add x", want: raw(0x0c) },
    { have: "sub %x", want: raw(0x1c) },
    { have: "mul #2", want: raw(0x24, 2) },
    { have: "div #2", want: raw(0x34, 2) },
    { have: "mod x", want: raw(0x9c) },
    { have: "neg", want: raw(0x84) },
    { have: "and #0xff", want: raw(0x54, 255) },
    { have: "or x", want: raw(0x4c) },
    { have: "xor #1", want: raw(0xa4, 1) },
    { have: "lsh #3", want: raw(0x64, 3) },
    { have: "rsh x", want: raw(0x7c) },
    { have: "tax", want: raw(0x07) },
    { have: "txa", want: raw(0x87) },
    { have: "ret a", want: raw(0x16) },
    { have: "ret %a", want: raw(0x16) },
    { have: "ret x", want: raw(0x0e) },
    { have: "ret #-1", want: raw(0x06, 0xffff_ffff) },
  ])("$have", ({ have, want }) => expect(parse(have)).toEqual([want]));
});

describe("jumps in bpf_asm", () => {
  it.each<{ have: string; want: ClassicInstruction }>([
    { have: "jeq #1, one, two", want: raw(0x15, 1, 1, 2) },
    { have: "jeq x, one", want: raw(0x1d, 0, 1, 0) },
    { have: "jneq #1, two", want: raw(0x15, 1, 0, 2) },
    { have: "jne %x, two", want: raw(0x1d, 0, 0, 2) },
    { have: "jlt #7, two", want: raw(0x35, 7, 0, 2) },
    { have: "jle x, two", want: raw(0x2d, 0, 0, 2) },
    { have: "jgt #7, one, two", want: raw(0x25, 7, 1, 2) },
    { have: "jge %x, one, two", want: raw(0x3d, 0, 1, 2) },
    { have: "jset #0x1fff, one, two", want: raw(0x45, 0x1fff, 1, 2) },
    { have: "jmp two", want: raw(0x05, 2) },
    { have: "ja two", want: raw(0x05, 2) },
  ])("$have", ({ have, want }) => {
    expect(parse(`${have}\ntax\none: ret #1\ntwo:\nret #2`)[0]).toEqual(want);
  });

  it("labels keep their case, mnemonics do not", () => {
    expect(parse("JMP End\nend: TAX\nEnd: RET #0")[0]).toEqual(raw(0x05, 1));
  });

  it("an unconditional jump may go far", () => {
    expect(parse(`ja end\n${"tax\n".repeat(300)}end: ret #0`)[0]).toEqual(raw(0x05, 300));
  });
});

describe("layout and comments", () => {
  it("instructions know their lines", () => {
    const { lines } = parseClassicProgram("; filter\n\nldh [12] /* type\n of the frame */ tax\nret #1 // all\n");
    expect(lines).toEqual([3, 4, 5]);
  });

  it("lines may end with a carriage return, and lines with # in front are comments", () => {
    expect(parse("# 1 'generated.c'\r\nld len\r\nret a\r\n")).toEqual([raw(0x80), raw(0x16)]);
  });

  it("an operand may stand on the next line, as bpf_asm permits", () => {
    expect(parse("jeq\n  #1,\nend\nend: ret #0")[0]).toEqual(raw(0x15, 1));
  });
});

describe("forms are told apart", () => {
  const want = [raw(0x28, 12), raw(0x15, 0x800, 0, 1), raw(0x06, 0xffff_ffff), raw(0x06)];
  it.each([
    { form: "bpf_asm", have: "ldh [12]\njneq #0x800, drop\nret #-1\ndrop: ret #0" },
    { form: "tcpdump-d", have: "(000) ldh [12]\n(001) jeq #0x800 jt 2\tjf 3 ; IP\n(002) ret #-1\n(003) ret #0" },
    { form: "tcpdump-d", have: "ldh [12]\njeq #0x800 jt 2 jf 3 // IP\nret #0xffffffff\nret #0" },
    {
      form: "tcpdump-dd",
      have: "{ 0x28, 0, 0, 0x0000000c },\n{ 0x15, 0, 1, 0x00000800 },\n{ 0x6, 0, 0, 0xffffffff },\n{ 6, 0, 0, 0 }",
    },
    { form: "tcpdump-ddd", have: "4\n40 0 0 12\n21 0 1 2048\n6 0 0 4294967295\n6 0 0 0\n" },
    { form: "tcpdump-ddd", have: "; old tcpdump\n4\n40 0 0 12\n21 0 1 2048\n6 0 0 -1\n6 0 0 0" },
    { form: "bytecode", have: "4,40 0 0 12,21 0 1 2048,6 0 0 4294967295,6 0 0 0" },
    { form: "bytecode", have: "4,40 0 0 12,21 0 1 2048,\n6 0 0 4294967295,6 0 0 0,\n" },
  ])("$form: $have", ({ form, have }) => {
    const program = parseClassicProgram(have);
    expect(program.form).toBe(form);
    expect(program.instructions).toEqual(want);
    expect(program.lines).toHaveLength(4);
  });

  it.each([
    { name: "a jump to a number", have: "ja 1\nret #0", want: [raw(0x05), raw(0x06)] },
    { name: "a jump back", have: "tax\nja 0\nret #0", want: [raw(0x07), raw(0x05, 0xffff_fffe), raw(0x06)] },
    { name: "a return without operand", have: "ld #pktlen\nret", want: [raw(0x80), raw(0x16)] },
    { name: "an extension in brackets", have: "ld [vlanp]\nret #0", want: [raw(0x20, 0xffff_f030), raw(0x06)] },
    { name: "an opcode without a word", have: "unimp 0x81\nret #0", want: [raw(0x81), raw(0x06)] },
  ])("a listing without numbers by $name", ({ have, want: program }) => {
    expect(parseClassicProgram(have)).toMatchObject({ form: "tcpdump-d", instructions: program });
  });
});

describe("problems", () => {
  it.each<{ name: string; have: string; want: string[] }>([
    { name: "nothing at all", have: "; nothing\n", want: ["1:1 There is no instruction in this text."] },
    { name: "an unknown mnemonic", have: "ldw [4]", want: ["1:1-4 There is no instruction 'ldw'. Did you mean 'ld'?"] },
    { name: "nothing similar", have: "frobnicate", want: ["1:1-11 There is no instruction 'frobnicate'."] },
    {
      name: "a missing operand",
      have: "tax\nldxb",
      want: ["2:1-5 'ldxb' needs an operand. It takes 4*([k]&0xf)."],
    },
    {
      name: "a wrong operand",
      have: "ldb M[3]",
      want: ["1:5-9 'ldb' cannot take 'M[3]'. It takes [k], [x + k] or an extension such as proto."],
    },
    { name: "an operand too many", have: "tax 5", want: ["1:5-6 'tax' cannot take '5'. It takes nothing."] },
    {
      name: "something behind an instruction",
      have: "ret #1 foo",
      want: ["1:8-11 'foo' does not belong behind this instruction."],
    },
    {
      name: "a number too big",
      have: "ld #0x100000000\nld #-2147483649\nret #1",
      want: [
        "1:5-16 0x100000000 does not fit into 32 bits. Numbers go from -0x80000000 to 0xffffffff.",
        "2:5-16 -2147483649 does not fit into 32 bits. Numbers go from -0x80000000 to 0xffffffff.",
      ],
    },
    {
      name: "a number that is none",
      have: "ld #12ab",
      want: ["1:5-9 '12ab' is not a number. Numbers are decimal, 0x hexadecimal, 0b binary or 0 octal."],
    },
    {
      name: "another header length",
      have: "ldx 2*([0]&0xff)",
      want: ["1:5-17 The only header length that an instruction can compute is 4*([k]&0xf)."],
    },
    { name: "an open bracket", have: "ld [4\nret #1", want: ["1:6-7 Expected ']' after '4', but the line ends."] },
    { name: "X without offset", have: "ld [x]", want: ["1:6-7 Expected '+' and an offset, but here is ']'."] },
    {
      name: "a character from elsewhere",
      have: "ret $1",
      want: ["1:5-6 The character '$' means nothing in a classic BPF program.", expect.stringContaining("1:6-7")],
    },
    {
      name: "an endless comment",
      have: "ret #1\n /* no",
      want: ["2:2-4 This comment never ends. Close it with '*/'."],
    },
    {
      name: "a missing label",
      have: "jmp nwhere\nnowhere: ret #1",
      want: ["1:5-11 There is no label 'nwhere'. Did you mean 'nowhere'?"],
    },
    {
      name: "a conditional jump without label",
      have: "jeq #1\nret #1",
      want: ["1:7-8 Expected ',' and the label to jump to after '1', but the line ends."],
    },
    {
      name: "two labels where one may be",
      have: "jne #1, a1, a1\na1: ret #1",
      want: ["1:11-12 ',' does not belong behind this instruction."],
    },
    {
      name: "a jump backwards",
      have: "top: tax\njmp top\nret #1",
      want: ["2:5-8 'top' is instruction 0, and this is instruction 1: classic BPF only jumps forward."],
    },
    {
      name: "a duplicate label",
      have: "go: tax\ngo: ret #1",
      want: ["2:1-3 There is a label 'go' already, on line 1. Give one of them another name."],
    },
    { name: "a label at the end", have: "jmp end\nend:", want: ["2:1-4 No instruction follows the label 'end'."] },
    {
      name: "a label with the name of an extension",
      have: "mark: ret #1",
      want: ["1:1-5 'mark' is a word of the language. Choose another name for the label."],
    },
    {
      name: "a conditional jump too far",
      have: `jeq #1, end\n${"tax\n".repeat(256)}end: ret #0`,
      want: [
        "1:9-12 'end' is 256 instructions ahead; a conditional jump reaches 255 at most. Jump to a 'ja' nearby that goes on from there.",
      ],
    },
    {
      name: "a listing with a gap",
      have: "(000) ldh [12]\n(002) ret #1",
      want: [
        "2:2-5 This instruction is numbered 002 but is number 1, counted from 0. Jumps go by these numbers; is a line missing, or one too many?",
      ],
    },
    {
      name: "a listing that jumps backwards and too far",
      have: "(000) tax\n(001) jeq #1 jt 0 jf 400\n(002) ret #1",
      want: [
        "2:17-18 '0' is instruction 0, and this is instruction 1: classic BPF only jumps forward.",
        "2:22-25 '400' is 398 instructions ahead; a conditional jump reaches 255 at most. Jump to a 'ja' nearby that goes on from there.",
      ],
    },
    {
      name: "a listing with a label",
      have: "(000) ja 1\nend: ret #1",
      want: ["2:1-4 A listing with instruction numbers has no labels. Jump to labels everywhere or nowhere."],
    },
    { name: "a wrong count in -ddd", have: "3\n6 0 0 1\n", want: ["1:1-2 This says 3 instructions, but 1 follows."] },
    {
      name: "a line too long in -ddd",
      have: "1\n6 0 0 1 7",
      want: ["2:9-10 Expected the end of the line, but here is '7'."],
    },
    { name: "a line too short in -ddd", have: "1\n6 0 0\n", want: ["2:6-7 Expected k after '0', but the line ends."] },
    {
      name: "-ddd without its count",
      have: "6 0 0 1\n",
      want: ["1:1-2 The number of instructions must stand first, by itself."],
    },
    {
      name: "bytecode with fields too big",
      have: "2,65536 256 256 4294967296,6 0 0 1",
      want: [
        "1:3-8 65536 is too big for code: it goes up to 65535.",
        "1:9-12 256 is too big for jt: it goes up to 255.",
        "1:13-16 256 is too big for jf: it goes up to 255.",
        "1:17-27 4294967296 is too big for k: it goes up to 4294967295.",
      ],
    },
    {
      name: "a wrong count in bytecode",
      have: "1,6 0 0 1,6 0 0 0",
      want: ["1:1-2 This says 1 instruction, but 2 follow."],
    },
    {
      name: "a C array without a comma",
      have: "{ 0x6, 0, 0, 1 }\n{ 0x6 0, 0, 0 }",
      want: ["1:17-18 Expected ',' after '}', but the line ends.", "2:7-8 Expected ',', but here is '0'."],
    },
    {
      name: "everything at once",
      have: "ldw [4]\njmp nowhere\nld #0x1ffffffff\nret #1",
      want: [
        expect.stringMatching(/^1:1-4 /),
        expect.stringMatching(/^2:5-12 /),
        expect.stringMatching(/^3:5-16 /),
      ] as unknown as string[],
    },
  ])("$name", ({ have, want }) => expect(problemsOf(have)).toEqual(want));
});

/** `line:column-endColumn message hint` of each problem. */
function problemsOf(text: string): string[] {
  try {
    parseClassicProgram(text);
  } catch (error) {
    if (!(error instanceof ProgramTextError)) throw error;
    return error.problems.map(({ line, column, endColumn, message, hint }) =>
      [`${line}:${column}${endColumn === undefined ? "" : `-${endColumn}`}`, message, ...(hint ? [hint] : [])].join(
        " ",
      ),
    );
  }
  return [];
}

describe("policies/ssh.bpf", () => {
  it("is the thirteen instructions of `ip and tcp port 22`", () => {
    const text = readFileSync(new URL("../../../policies/ssh.bpf", import.meta.url), "utf8");
    const program = parseClassicProgram(text);
    expect(program.form).toBe("tcpdump-d");
    expect(program.instructions).toEqual(
      parse(
        "13,40 0 0 12,21 0 10 2048,48 0 0 23,21 0 8 6,40 0 0 20,69 6 0 8191,177 0 0 14,72 0 0 14,21 2 0 22,72 0 0 16,21 0 1 22,6 0 0 262144,6 0 0 0",
      ),
    );
  });
});
