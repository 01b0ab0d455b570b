import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { bpf } from "./files.ts";

const POLICIES = new URL("../../../policies/", import.meta.url).pathname;
const CLASSIFY = `${POLICIES}classify.o`;
const PACKET = `${"00".repeat(12)}0800${"45000028000000004006000001020304050607080000001600000000000000005000000000000000"}`;

describe("objects on the command line", () => {
  it("are shown, with their programs and maps", async () => {
    const { exitCode, out } = await bpf(["object", CLASSIFY, "--json"], "");
    expect(exitCode).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      license: "GPL",
      endianness: "little",
      programs: [
        { name: "classify", section: "tc", type: "sched_cls", functions: [{ name: "classify" }, { name: "kind_of" }] },
      ],
      maps: [
        {
          name: ".rodata",
          type: "array",
          frozen: true,
          contents: "01000000",
          variables: [{ name: "major", offset: 0 }],
        },
        { name: ".bss", valueSize: 24 },
      ],
    });
    expect((await bpf(["object", CLASSIFY], "")).out).toMatch(
      /classify {2}section tc, sched_cls, \d+ instructions, with kind_of/,
    );
  });

  it("are listed with functions, lines of C and names of maps", async () => {
    const { out } = await bpf(["disasm", CLASSIFY], "");
    expect(out).toMatch(/^classify:$/m);
    expect(out).toMatch(/^kind_of:$/m);
    expect(out).toMatch(/^; packets\[kind\]\+\+; {2}@ \.\/classify\.c:\d+:\d+$/m);
    expect(out).toMatch(/= map\[\.rodata\]\[0\]\+0$/m);
  });

  it("are verified program by program, as what they say that they are", async () => {
    const { exitCode, out } = await bpf(["verify", CLASSIFY, "--json"], "");
    expect(exitCode).toBe(0);
    expect(JSON.parse(out).programs).toMatchObject([
      { name: "classify", section: "tc", type: "sched_cls", accepted: true },
    ]);
  });

  it("show where in the source a refusal is", async () => {
    const { exitCode, out } = await bpf(["verify", CLASSIFY, "--type", "xdp"], "");
    expect(exitCode).toBe(4);
    expect(out).toMatch(/--> \.\/classify\.c:\d+/);
  });

  it.each(["interpreter", "jit"])("run on the %s with their maps", async (engine) => {
    const { exitCode, out } = await bpf(["run", CLASSIFY, "--packet", PACKET, "--engine", engine, "--json"], "");
    expect(exitCode).toBe(0);
    const { returnValue, maps } = JSON.parse(out);
    expect(returnValue).toBe(0);
    expect(maps[".bss"].entries).toEqual([{ key: "00000000", value: `0100000000000000${"00".repeat(16)}` }]);
    expect(maps[".rodata"].entries).toEqual([{ key: "00000000", value: "01000000" }]);
  });

  it("are compiled to WebAssembly and to x86-64", async () => {
    expect((await bpf(["jit", CLASSIFY], "")).out).toMatch(/^\(module/);
    expect((await bpf(["jit", CLASSIFY, "--x86"], "")).exitCode).toBe(0);
  });

  it.each([
    [["verify", CLASSIFY, "--program", "classfy"], 2, /no program 'classfy'[\s\S]*Did you mean 'classify'/],
    [["run", CLASSIFY, "--section", "xdp"], 2, /no section 'xdp'[\s\S]*There are tc/],
    [["run", CLASSIFY, "--map", "a=array:4:4:1"], 2, /has its own maps/],
    [["verify", CLASSIFY, "--btf", CLASSIFY], 0, /^$/],
    [["verify", CLASSIFY, "--btf", `${POLICIES}ssh.bpf`], 3, /In section '\.BTF' at byte \d+/],
    [["asm", CLASSIFY], 3, /./],
    [["object", `${POLICIES}ssh.bpf`], 3, /neither an ELF object nor a C source/],
    [["verify", `${POLICIES}nowhere.c`], 3, /cannot be read/],
  ])("%o ends with %i", async (words, exitCode, message) => {
    const got = await bpf(words, "");
    expect(got.error).toMatch(message);
    expect(got.exitCode).toBe(exitCode);
  });

  it("come from standard input too", async () => {
    const object = readFileSync(CLASSIFY);
    expect((await bpf(["verify", "-"], new Uint8Array(object))).out).toMatch(/classify: accepted/);
  });
});
