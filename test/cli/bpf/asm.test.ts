import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { bpf, scratchDirectory } from "./files.ts";

const files = scratchDirectory();

describe("netsim bpf asm", () => {
  it.each([
    [
      "the kernel's syntax",
      "r0 = 1\nexit\n",
      "0: b7 00 00 00 01 00 00 00\tr0 = 0x1\n1: 95 00 00 00 00 00 00 00\texit\n",
    ],
    ["mnemonics", "mov %r0, 1\nexit\n", "0: b7 00 00 00 01 00 00 00\tr0 = 0x1\n1: 95 00 00 00 00 00 00 00\texit\n"],
    [
      "bpf_asm",
      "ldh [12]\njeq #0x800, yes, no\nyes: ret #-1\nno: ret #0\n",
      "(000) ldh      [12]\n(001) jeq      #0x800           jt 2\tjf 3\n(002) ret      #-1\n(003) ret      #0\n",
    ],
    ["tcpdump -d", "(000) ret      #0\n", "(000) ret      #0\n"],
    ["tcpdump -ddd", "1\n6 0 0 7\n", "(000) ret      #7\n"],
    ["tc's bytecode", "1,6 0 0 7,\n", "(000) ret      #7\n"],
  ])("prints a listing of %s", async (_, text, want) => {
    expect(await bpf(["asm", "-"], text)).toEqual({ exitCode: 0, out: want, error: "" });
  });

  it("prints the bytes in hexadecimal", async () => {
    expect((await bpf(["asm", "-", "--hex"], "r0 = 1\nexit")).out).toBe("b7000000010000009500000000000000\n");
    expect((await bpf(["asm", "-", "--hex"], "ret #7")).out).toBe("0600000007000000\n");
  });

  it("tells of names that bytes cannot hold", async () => {
    const got = await bpf(["asm", "-", "--hex"], "r1 = seen\ncall kfunc bpf_rdonly_cast\nexit");
    expect(got).toMatchObject({
      exitCode: 0,
      out: `1811${"0".repeat(28)}8520${"0".repeat(12)}9500000000000000\n`,
    });
    expect(got.error).toMatch(/^<stdin>:1:6: warning\[unknown-reference\]: The descriptor of map 'seen' is left 0/);
    expect(got.error).toMatch(/<stdin>:2:12: warning\[unknown-reference\]: The BTF id of kernel function/);
  });

  it("writes the bytes to a file", async () => {
    const file = files.path("program.bin");
    expect(await bpf(["asm", "-", "-o", file], "r0 = 1\nexit")).toEqual({ exitCode: 0, out: "", error: "" });
    expect(readFileSync(file).toString("hex")).toBe("b7000000010000009500000000000000");
  });

  it("prints classic programs in any form", async () => {
    expect((await bpf(["asm", "-", "--form", "tcpdump-ddd"], "ldh [12]\nret a")).out).toBe("2\n40 0 0 12\n22 0 0 0\n");
    expect((await bpf(["asm", "-", "--form", "bpf_asm"], "(000) ret #0")).out).toContain("ret");
  });

  it.each([
    ["a mistake in extended text", ["asm", "-"], "r0 = 1\nr1 += \nexit", 3, /<stdin>:2:\d+: error\[program-syntax\]/],
    ["a mistake in classic text", ["asm", "-"], "ldh [12]\nret #nothing", 3, /<stdin>:2:\d+: error\[program-syntax\]/],
    ["no text", ["asm", "-"], "", 3, /error\[program-syntax\]/],
    ["text that is no UTF-8", ["asm", "-"], Uint8Array.from([0x72, 0xff, 0xfe]), 3, /no text in UTF-8/],
    [
      "a jump out of the program",
      ["asm", "-"],
      "goto pc+5\nexit",
      4,
      /<stdin>:1: error\[program-rejected\]: Instruction 0 jumps to instruction 6/,
    ],
    ["no exit", ["asm", "-"], "r0 = 1", 4, /Instruction 0 is the last/],
    ["a file that is not there", ["asm", "nothing.s"], "", 3, /nothing\.s' cannot be read/],
    ["a form for an extended program", ["asm", "-", "--form", "bytecode"], "exit", 2, /--form is for classic/],
    ["a form that is none", ["asm", "-", "--form", "elf"], "exit", 2, /Allowed choices/],
    ["no program", ["asm"], "", 2, /missing required argument/],
    ["an output that cannot be written", ["asm", "-", "-o", "/nowhere/x"], "exit", 3, /cannot be written/],
  ])("tells of %s", async (_, words, input, exitCode, message) => {
    const got = await bpf(words, input);
    expect(got.exitCode).toBe(exitCode);
    expect(got.error).toMatch(message);
    expect(got.out).toBe("");
  });

  it("shows the line of a mistake in a file, and what it may have meant", async () => {
    const { error } = await bpf(["asm", files.write("bad.s", "r0 = 1\nr0 = *(u64 *)(r11 +0)\nexit\n")]);
    expect(error).toMatch(/bad\.s:2:\d+: error\[program-syntax\]/);
    expect(error).toContain("r0 = *(u64 *)(r11 +0)");
  });
});
