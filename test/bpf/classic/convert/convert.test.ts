import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ClassicLoads, convertClassic } from "../../../../src/bpf/classic/convert/convert.ts";
import { kernelFunctionName } from "../../../../src/bpf/classic/convert/kernel-functions.ts";
import { translatedLength } from "../../../../src/bpf/classic/translation.ts";
import { decodeProgram } from "../../../../src/bpf/isa/decode.ts";
import { disassemble } from "../../../../src/bpf/isa/disassembler/disassemble.ts";
import { encodeProgram } from "../../../../src/bpf/isa/encode.ts";
import { assemble, validProgram } from "../programs.ts";

const NAMES = { kernelFunction: ({ btfId }: { btfId: number }) => kernelFunctionName(btfId) };

/** The converted program without its prologue, a line an instruction. */
function converted(text: string, loads: ClassicLoads = "kernel"): string[] {
  const bytes = encodeProgram(convertClassic(assemble(text), loads));
  return disassemble(bytes, { syntax: "kernel", names: NAMES }).trimEnd().split("\n");
}

const PROLOGUE = ["w0 ^= w0", "w7 ^= w7", "r6 = r1"];

/** What the two-instruction `ret` at the end of each test becomes. */
const RETURN = ["w0 = 1", "exit"];

describe("the conversion of classic programs", () => {
  it.each([
    ["ld #-1", ["w0 = -1"]],
    ["ldx #5", ["w7 = 5"]],
    ["st M[0]", ["*(u32 *)(r10 -4) = r0"]],
    ["stx M[15]", ["*(u32 *)(r10 -64) = r7"]],
    ["tax", ["r7 = r0"]],
    ["txa", ["r0 = r7"]],
    ["neg", ["w0 = -w0"]],
    ["add #7", ["w0 += 7"]],
    ["and #0xffffffff", ["w0 &= -1"]],
    ["rsh x", ["w0 >>= w7"]],
    ["div #3", ["w0 /= 3"]],
    ["div x", ["w7 = w7", "if r7 != 0x0 goto pc+2", "w0 ^= w0", "exit", "w0 /= w7"]],
    ["mod x", ["w7 = w7", "if r7 != 0x0 goto pc+2", "w0 ^= w0", "exit", "w0 %= w7"]],
    ["jeq #1, l1, l1\nl1: ", ["if r0 == 0x1 goto pc+0"]],
  ])("%s", (text, want) => {
    expect(converted(`${text}\nret #1`)).toEqual([...PROLOGUE, ...want, ...RETURN]);
  });

  it("reads a word in the linear part directly, and others by a call", () => {
    expect(converted("ldh [12]\nret #1")).toEqual([
      ...PROLOGUE,
      "r8 = *(u64 *)(r6 +8)",
      "r9 = *(u32 *)(r6 +0)",
      "r2 = *(u32 *)(r6 +4)",
      "w9 -= w2",
      "r2 = r9",
      "r2 -= 12",
      "if r2 s< 0x2 goto pc+3",
      "r0 = *(u16 *)(r8 +12)",
      "r0 = be16 r0",
      "goto pc+8",
      "r1 = r6",
      "r2 = r8",
      "r3 = r9",
      "r4 = 12",
      "call bpf_skb_load_helper_16#2",
      "if r0 s>= 0x0 goto pc+2",
      "w0 ^= w0",
      "exit",
      ...RETURN,
    ]);
  });

  it("may keep packet loads as they are", () => {
    expect(converted("ldh [12]\nldxb 4*([14]&0xf)\nld [x + 16]\nret #1", "instructions")).toEqual([
      ...PROLOGUE,
      "r0 = *(u16 *)skb[12]",
      "r7 = r0",
      "r0 = *(u8 *)skb[14]",
      "w0 &= 15",
      "w0 <<= 2",
      "r2 = r7",
      "r7 = r0",
      "r0 = r2",
      "r0 = *(u32 *)skb[r7 + 16]",
      ...RETURN,
    ]);
  });

  it("turns branches so that one jump is enough where it is", () => {
    const branch = (text: string) => converted(`${text}\nret #0\nret #1`).slice(PROLOGUE.length, -4);
    expect(branch("jeq #5, t, f\nf: ret #2\nt: ")).toEqual(["if r0 == 0x5 goto pc+2", "w0 = 2", "exit"]);
    expect(branch("jeq #5, t, f\nt: ret #2\nf: ")).toEqual(["if r0 != 0x5 goto pc+2", "w0 = 2", "exit"]);
    expect(branch("jgt #5, t, f\nt: ret #2\nf: ")).toEqual(["if r0 <= 0x5 goto pc+2", "w0 = 2", "exit"]);
    expect(branch("jge x, t, f\nt: ret #2\nf: ")).toEqual(["if r0 < r7 goto pc+2", "w0 = 2", "exit"]);
    // jset has no opposite, and the upper half needs a register.
    expect(branch("jset #5, t, f\nt: ret #2\nf: ")).toEqual(["if r0 & 0x5 goto pc+1", "goto pc+2", "w0 = 2", "exit"]);
    expect(branch("jgt #0x80000000, t, f\nf: ret #2\nt: ")).toEqual([
      "w2 = -2147483648",
      "if r0 > r2 goto pc+2",
      "w0 = 2",
      "exit",
    ]);
  });

  it("makes of `ret k` two instructions behind a prologue of three", () => {
    expect(converted("ret #1")).toHaveLength(5);
  });

  it("reads struct seccomp_data in host order", () => {
    expect(converted("ld [4]\nld len\nldx len\nret #1", "seccomp")).toEqual([
      ...PROLOGUE,
      "r0 = *(u32 *)(r6 +4)",
      "w0 = 64",
      "w7 = 64",
      ...RETURN,
    ]);
  });

  it("makes as many instructions as the kernel", () => {
    fc.assert(
      fc.property(validProgram(), (program) => {
        const instructions = convertClassic(program);
        const reads = program.some(
          ({ code, k }) =>
            [0x40, 0x48, 0x50, 0xb1].includes(code) || ([0x20, 0x28, 0x30].includes(code) && k < 0xffff_f000),
        );
        const want = program.reduce((sum, instruction) => sum + translatedLength(instruction), reads ? 7 : 3);
        expect(instructions).toHaveLength(want);
        expect(decodeProgram(encodeProgram(instructions)).problems).toEqual([]);
      }),
    );
  });
});
