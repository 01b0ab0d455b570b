import { describe, expect, it } from "vitest";
import { bpf } from "./files.ts";

describe("netsim bpf convert", () => {
  it("shows what the kernel makes of a classic program", async () => {
    expect(await bpf(["convert", "-"], "ret #7")).toEqual({
      exitCode: 0,
      out: "0: w0 ^= w0\n1: w7 ^= w7\n2: r6 = r1\n3: w0 = 7\n4: exit\n",
      error: "",
    });
  });

  it("shows loads of struct seccomp_data", async () => {
    expect((await bpf(["convert", "-", "--seccomp"], "ld [4]\nret a")).out).toContain("3: r0 = *(u32 *)(r6 +4)\n");
  });

  it("prints text that can be translated again", async () => {
    const program = "ldxb 4*([14]&0xf)\nldh [x + 16]\nld poff\nld ifidx\njeq #0x80000000, l, l\nl: ret a";
    const { out } = await bpf(["convert", "-"], program);
    expect(out).toContain("call bpf_skb_load_helper_16#2");
    expect((await bpf(["asm", "-", "--hex"], out)).out).toBe((await bpf(["convert", "-", "--hex"], program)).out);
  });

  it.each([
    [
      "a program that the kernel refuses",
      "ldh [12]\nld M[3]\nret a",
      4,
      /<stdin>:2: error\[program-rejected\]: Instruction 1/,
    ],
    ["a program without a return", "ldh [12]", 4, /Instruction 0.*not a return/],
    ["an extended program", "r0 = 1\nexit", 3, /<stdin>:1:\d+: error\[program-syntax\]/],
  ])("tells of %s", async (_, input, exitCode, message) => {
    const got = await bpf(["convert", "-"], input);
    expect(got.exitCode).toBe(exitCode);
    expect(got.error).toMatch(message);
  });
});
