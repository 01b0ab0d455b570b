import { describe, expect, it } from "vitest";
import { binary, bpf } from "./files.ts";

const HEX = "b7000000010000009500000000000000";

describe("netsim bpf disasm", () => {
  it.each([
    ["hexadecimal digits", HEX],
    ["digits with space and lines between them", "b7 00 00 00  01 00 00 00\n95 00 00 00 00 00 00 00\n"],
    ["an array of C", "0xb7, 0x0, 0x00, 0x0, 0x1, 0x0, 0x0, 0x0,\n0x95, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0"],
    ["a string of C", '"\\xb7\\x00\\x00\\x00\\x01\\x00\\x00\\x00" "\\x95\\x00\\x00\\x00\\x00\\x00\\x00\\x00"'],
    ["bytes", binary(HEX)],
  ])("reads %s", async (_, input) => {
    expect(await bpf(["disasm", "-"], input)).toEqual({ exitCode: 0, out: "0: r0 = 1\n1: exit\n", error: "" });
  });

  it.each([
    [["--syntax", "llvm"], "0: r0 = 0x1\n1: exit\n"],
    [["--syntax", "mnemonic", "--no-numbers"], "mov %r0, 1\nexit\n"],
    [["--opcodes"], "0: (b7) r0 = 1\n1: (95) exit\n"],
  ])("prints with %o", async (words, want) => {
    expect((await bpf(["disasm", "-", ...words], HEX)).out).toBe(want);
  });

  it("prints classic programs", async () => {
    expect((await bpf(["disasm", "-", "--classic"], "0600000007000000")).out).toBe("(000) ret      #7\n");
  });

  it.each([
    ["an unknown opcode", "ff00000000000000" + "9500000000000000", 4, /Instruction 0 has opcode 0xff/],
    ["a reserved field", "b700010001000000" + "9500000000000000", 4, /Instruction 0/],
    ["a register that does not exist", "b70b000001000000" + "9500000000000000", 4, /Instruction 0/],
    [
      "a jump out of the program",
      "0500ff7f00000000" + "9500000000000000",
      4,
      /Instruction 0 jumps to instruction 32768/,
    ],
    [
      "a jump into a 64-bit immediate",
      "0500010000000000" + "1800000000000000" + "0000000000000000" + "9500000000000000",
      4,
      /second half/,
    ],
    ["half a 64-bit immediate", "1800000000000000", 4, /Instruction 0 loads a 64-bit immediate/],
    ["bytes that are cut short", "9500000000000000" + "b70000", 4, /Instruction 1 is cut short: 3 of its 8 bytes/],
    ["nothing", "", 3, /neither bytes nor/],
    ["an odd number of digits", "950", 3, /neither bytes nor/],
    ["text", "r0 = 1", 3, /translated by 'netsim bpf asm'/],
    ["an ELF object", binary("7f454c46020101"), 3, /The ELF header is cut short/],
    ["a classic program that is cut short", "06000000", 4, /Instruction 0 is cut short/, ["--classic"]],
  ] as [string, string | Uint8Array, number, RegExp, string[]?][])(
    "tells of %s",
    async (_, input, exitCode, message, words = []) => {
      const got = await bpf(["disasm", "-", ...words], input);
      expect(got.exitCode).toBe(exitCode);
      expect(got.error).toMatch(message);
    },
  );

  it("prints what it can of a program that is refused", async () => {
    expect((await bpf(["disasm", "-"], `ff00000000000000${HEX}`)).out).toBe(
      "0: .8byte 0x00000000000000ff\n1: r0 = 1\n2: exit\n",
    );
  });
});
