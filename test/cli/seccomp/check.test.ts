import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { netsim } from "../fake-terminal.ts";

const folder = mkdtempSync(join(tmpdir(), "netsim-seccomp-"));
afterAll(() => rmSync(folder, { recursive: true }));

const file = (name: string, content: string | Uint8Array) => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

const RULES = file(
  "rules.yaml",
  `default: ERRNO(EPERM)
architectures: [x86_64, x86, x32]
rules:
  - { action: ALLOW, calls: [read, write, exit_group] }
  - { action: ALLOW, call: openat, args: ["a2 & O_ACCMODE == O_RDONLY"] }
  - { action: TRACE(1234), call: 1000 }
  - { action: KILL, call: ptrace }
`,
);

const check = async (...words: string[]) => {
  const { exitCode, out, error } = await netsim(["seccomp", "check", RULES, "--json", ...words]);
  const records = out
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
  return { exitCode, error, record: records[0] };
};

describe("netsim seccomp check", () => {
  it.each([
    {
      have: ["--call", 'openat(AT_FDCWD, "/etc/passwd", O_RDONLY|O_CLOEXEC)'],
      want: { call: "openat", nr: 257, arch: "x86_64", action: "ALLOW", data: 0, errno: null },
    },
    {
      have: ["--call", 'openat(AT_FDCWD, "/etc/passwd", O_WRONLY)'],
      want: {
        action: "ERRNO",
        data: 1,
        errno: 1,
        args: ["0xffffff9c", "0x7ffff7d00000", "0x1"],
      },
    },
    { have: ["--call", "read"], want: { nr: 0, action: "ALLOW", args: [] } },
    { have: ["--call", "read", "--arch", "x86"], want: { nr: 3, arch: "x86", action: "ALLOW" } },
    { have: ["--call", "read", "--arch", "x32"], want: { nr: 0x40000000, arch: "x32", action: "ALLOW" } },
    { have: ["--nr", "1000"], want: { call: "1000", nr: 1000, action: "TRACE", data: 1234 } },
    { have: ["--nr", "-1", "--args", "1,0x2,N"], want: { nr: -1, action: "ERRNO", args: ["0x1", "0x2", "0x0"] } },
    { have: ["--call", "ptrace(PTRACE_TRACEME)"], want: { action: "KILL_THREAD" } },
    { have: ["--call", "read", "--arch", "aarch64"], want: { nr: 63, action: "KILL_THREAD" } },
  ])("answers $have", async ({ have, want }) => {
    const { exitCode, record } = await check(...have);
    expect(exitCode).toBe(0);
    expect(record).toMatchObject(want);
    expect(Object.keys(record)).toEqual(["call", "nr", "arch", "args", "action", "data", "errno", "path"]);
    expect(record.path[0].instructions.at(-1).text).toMatch(/^return /);
  });

  it.each([
    { have: ["--call", "raed"], want: /no system call 'raed'[\s\S]*Did you mean 'read'/ },
    { have: ["--call", "read(O_RDONYL)"], want: /Did you mean 'O_RDONLY'/ },
    { have: ["--call", "read(1"], want: /parenthesis/ },
    { have: ["--call", "socketcall"], want: /x86_64 has no system call 'socketcall'/ },
    { have: ["--nr", "4x"], want: /no number/ },
    { have: ["--nr", "1", "--args", "1,2,3,4,5,6,7"], want: /at most six/ },
    { have: ["--args", "1"], want: /goes with --nr/ },
    { have: [], want: /no call to check/ },
    { have: ["--arch", "vax", "--call", "read"], want: /no architecture 'vax'/ },
  ])("says what is wrong with $have", async ({ have, want }) => {
    const { exitCode, error } = await check(...have);
    expect(exitCode).toBe(2);
    expect(error).toMatch(want);
  });

  it("fails where an expected answer does not come", async () => {
    expect((await check("--call", "read", "--expect", "ALLOW")).exitCode).toBe(0);
    expect((await check("--call", "mount", "--expect", "errno")).exitCode).toBe(0);
    const { exitCode, error } = await check("--call", "mount", "--expect", "ALLOW");
    expect(exitCode).toBe(1);
    expect(error).toContain("expected ALLOW of mount(), got ERRNO(1)");
  });

  it("runs all of several filters, compiled or not, and shows each one's way", async () => {
    const raw = join(folder, "filter.bin");
    await netsim(["seccomp", "compile", RULES, "--format", "raw", "-o", raw]);
    const log = file("log.bpf", "ret #0x7ffc0000\n");
    const { exitCode, out } = await netsim(["seccomp", "check", raw, log, "--json", "--call", "read"]);
    expect(exitCode).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      action: "LOG",
      path: [
        { filter: log, returns: "LOG" },
        { filter: raw, returns: "ALLOW" },
      ],
    });
  });

  it("takes an unknown action as the kernel does, and says what it was", async () => {
    const unknown = file("unknown.bpf", "ret #0x12340007\n");
    const { out } = await netsim(["seccomp", "check", unknown, "--json", "--call", "read"]);
    expect(JSON.parse(out)).toMatchObject({
      action: "KILL_PROCESS",
      data: 7,
      errno: null,
      path: [{ returns: "UNKNOWN(0x12340007)" }],
    });
  });

  it("refuses a filter that the kernel would not take", async () => {
    const half = file("half.bpf", "ldh [0]\nret #0\n");
    const { exitCode, error } = await netsim(["seccomp", "check", half, "--call", "read"]);
    expect(exitCode).toBe(4);
    expect(error).toContain("a seccomp filter may not use it");
  });
});

describe("netsim seccomp compile", () => {
  it("writes every format, and reads its own bytes back", async () => {
    for (const arch of ["x86_64", "s390x", "mips"]) {
      const simple = file(
        `${arch}.yaml`,
        `default: ALLOW\narchitectures: [${arch}]\nrules: [{ action: KILL, call: 7 }]\n`,
      );
      const raw = join(folder, `${arch}.bin`);
      expect(await netsim(["seccomp", "compile", simple, "--arch", arch, "--format", "raw", "-o", raw])).toMatchObject({
        exitCode: 0,
        error: "",
      });
      const [a, b] = [await netsim(["seccomp", "disasm", raw]), await netsim(["seccomp", "dump", simple])];
      expect(a.out).toBe(b.out);
      expect(a.out).toContain("return KILL");
    }
    for (const format of ["asm", "pfc", "c", "json"])
      expect(await netsim(["seccomp", "compile", RULES, "--format", format])).toMatchObject({ exitCode: 0, error: "" });
    const asm = file("again.bpf", (await netsim(["seccomp", "compile", RULES])).out);
    expect((await netsim(["seccomp", "disasm", asm])).out).toBe((await netsim(["seccomp", "disasm", RULES])).out);
  });

  it("names every unknown word of a profile with its place", async () => {
    const bad = file(
      "bad.json",
      JSON.stringify(
        {
          defaultAction: "SCMP_ACT_DENY",
          architectures: ["SCMP_ARCH_X86_65"],
          flags: ["SECCOMP_FILTER_FLAG_SYNC"],
          syscalls: [
            { names: ["raed", "write"], action: "SCMP_ACT_ALOW", argz: [] },
            { names: ["read"], action: "SCMP_ACT_ALLOW", args: [{ index: 6, value: -1, op: "SCMP_CMP_EQUAL" }] },
            { action: "SCMP_ACT_ALLOW", includes: { caps: ["sys_admin"], minKernel: "new" } },
          ],
        },
        undefined,
        2,
      ),
    );
    const { exitCode, error } = await netsim(["seccomp", "compile", bad]);
    expect(exitCode).toBe(3);
    for (const want of [
      /bad\.json:2:20: error.*no action 'SCMP_ACT_DENY'/,
      /bad\.json:4:5: error.*no architecture 'SCMP_ARCH_X86_65'/,
      /bad\.json:7:5: error.*no filter flag 'SECCOMP_FILTER_FLAG_SYNC'/,
      /bad\.json:12:9: error.*no architecture has a system call 'raed'/i,
      /bad\.json:\d+:\d+: error.*no action 'SCMP_ACT_ALOW'/,
      /bad\.json:\d+:\d+: error.*no key 'argz'/,
      /bad\.json:\d+:\d+: error.*'index' is 6/,
      /bad\.json:\d+:\d+: error.*'value' is -1/,
      /bad\.json:\d+:\d+: error.*no operator 'SCMP_CMP_EQUAL'/,
      /bad\.json:\d+:\d+: error.*names no system call/,
      /bad\.json:\d+:\d+: error.*'sys_admin' is no capability/,
      /bad\.json:\d+:\d+: error.*'new' is no release/,
    ])
      expect(error).toMatch(want);
  });
});
