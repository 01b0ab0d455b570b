import { describe, expect, it } from "vitest";
import { bpf } from "./files.ts";

const SSH = new URL("../../../policies/ssh.bpf", import.meta.url).pathname;
const COUNT = "r1 = map[seen]\nr2 = r10\nr2 += -4\n*(u32 *)(r2 +0) = 1\ncall bpf_map_lookup_elem\nr0 = 0\nexit";

describe("netsim bpf jit", () => {
  it("shows WebAssembly, each BPF instruction before what became of it", async () => {
    const { exitCode, out, error } = await bpf(["jit", "-"], "r0 = *(u32 *)(r1 +0)\nr0 += 7\nexit");
    expect({ exitCode, error }).toEqual({ exitCode: 0, error: "" });
    expect(out).toMatch(/^\(module\n {2}\(import "netsim" "memory" \(memory 1\)\)\n[\s\S]*\n\)\n$/);
    const lines = out.split("\n").map((line) => line.trim());
    expect(lines.slice(lines.indexOf(";; 0: r0 = *(u32 *)(r1 +0)"), lines.indexOf("unreachable"))).toEqual([
      ";; 0: r0 = *(u32 *)(r1 +0)",
      "i32.load align=1",
      "local.tee $w0",
      ";; 1: r0 += 7",
      "i64.extend_i32_u",
      "i64.const 7",
      "i64.add",
      "local.tee $r0",
      ";; 2: exit",
      "return",
    ]);
    expect(await bpf(["jit", "-", "--wat"], "r0 = *(u32 *)(r1 +0)\nr0 += 7\nexit")).toEqual({ exitCode, out, error });
  });

  it("shows the tests that an unverified program gets", async () => {
    const program = "r0 = *(u32 *)(r1 +0)\nexit";
    expect((await bpf(["jit", "-"], program)).out).not.toContain("call $access");
    expect((await bpf(["jit", "-", "--checked"], program)).out).toContain("call $access");
  });

  it("shows what Linux's JIT makes of each instruction", async () => {
    expect(await bpf(["jit", "-", "--x86"], "r6 = r1\nr0 = r6\nr0 <<= r6\nexit")).toEqual({
      exitCode: 0,
      out: [
        "0: r6 = r1                              mov rbx, rdi                            48 89 fb",
        "1: r0 = r6                              mov rax, rbx                            48 89 d8",
        "2: r0 <<= r6                            shlx rax, rax, rbx                      c4 e2 e1 f7 c0",
        "3: exit                                 pop rbx                                 5b",
        "                                        leave                                   c9",
        "                                        jmp __x86_return_thunk                  e9 00 00 00 00",
        "",
      ].join("\n"),
      error: "",
    });
    const old = await bpf(["jit", "-", "--x86", "--no-bmi2", "--no-return-thunk"], "r0 <<= r4\nexit");
    expect(old.out).toContain("shl rax, cl");
    expect(old.out).toMatch(/ret +c3\n$/);
  });

  it("converts classic programs first", async () => {
    expect((await bpf(["jit", SSH])).out).toContain(";; 3: r0 = *(u16 *)skb[12]");
    expect((await bpf(["jit", SSH, "--x86"])).out).toContain(
      "2: r6 = r1                              mov rbx, rdi                            48 89 fb\n",
    );
  });

  it("names maps and the helpers that are called", async () => {
    const { out, error } = await bpf(["jit", "-", "--map", "seen=hash:4:8:16"], COUNT);
    expect(error).toBe("");
    expect(out).toMatch(/\(import "netsim" "host0" .*;; bpf_map_lookup_elem/);
    expect(out).toContain(";; 0: r1 = map[fd:3]");
  });

  it.each([
    ["a map that was not given", [], COUNT, 4, /<stdin>:1:10: .*the map 'seen', which was not given/],
    ["a helper that there is not", [], "call 999\nexit", 4, /Instruction 0 calls helper 999/],
    ["an opcode that there is not", [], "9600000000000000", 4, /Instruction 0 has opcode 0x96/],
    ["the same for --x86", ["--x86"], "9600000000000000", 4, /Instruction 0 has opcode 0x96/],
    ["a packet load in XDP", ["--type", "xdp"], "r0 = *(u8 *)skb[0]\nexit", 4, /Instruction 0 loads from the packet/],
    ["a mistake in the text", [], "r0 = ", 3, /<stdin>:1:\d+: error\[program-syntax\]/],
    ["both at once", ["--wat", "--x86"], "exit", 2, /'--wat' cannot be used with option '--x86'/],
    ["a classic program as XDP", ["--type", "xdp"], "ret #0", 2, /cannot be of type xdp/],
  ] as [string, string[], string, number, RegExp][])("tells of %s", async (_, words, input, exitCode, message) => {
    const got = await bpf(["jit", "-", ...words], input);
    expect(got.error).toMatch(message);
    expect(got).toMatchObject({ exitCode, out: "" });
  });
});
