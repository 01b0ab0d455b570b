import { describe, expect, it } from "vitest";
import { scratch } from "../../scratch.ts";
import { netsim } from "../fake-terminal.ts";

const rules = (condition: string, more = "") => `default: ERRNO(38)
architectures: [x86_64, x86, x32]
rules:
  - { action: ALLOW, calls: [read, exit_group] }
  - { action: ALLOW, call: openat, args: ["${condition}"] }
${more}`;
const A = rules("a2 & O_ACCMODE == O_RDONLY");
const B = rules("a2 == 0");

const lines = (text: string) => text.split("\n").filter((line) => line !== "");

describe("netsim seccomp table", () => {
  it("says of every call of every architecture what happens", async () => {
    const file = scratch({ "a.yaml": A });
    const { out, exitCode } = await netsim(["seccomp", "table", file, "--format", "json"]);
    expect(exitCode).toBe(0);
    const rows = lines(out).map((line) => JSON.parse(line));
    expect(new Set(rows.map(({ architecture }) => architecture))).toEqual(new Set(["x86_64", "x86", "x32"]));
    const row = (architecture: string, call: string) =>
      rows.find((each) => each.architecture === architecture && each.call === call);
    expect(row("x86_64", "read")).toEqual({
      architecture: "x86_64",
      call: "read",
      nr: 0,
      since: "1.0",
      answers: [{ answer: "ALLOW", runs: true, when: [] }],
    });
    expect(
      row("x86", "openat")
        .answers.map(({ answer }: { answer: string }) => answer)
        .sort(),
    ).toEqual(["ALLOW", "ERRNO(38)"]);
    expect(row("x32", "write").answers).toMatchObject([{ answer: "ERRNO(38)", runs: false }]);
  });

  it("is text or a page, which escapes what a file is called", async () => {
    const file = scratch({ "<b>.yaml": A });
    const text = await netsim(["seccomp", "table", file]);
    expect(text.out).toMatch(/^x86_64\n +0 {2}read +ALLOW\n +1 {2}write +ERRNO\(38\)\n/);
    const page = await netsim(["seccomp", "table", file, "--format", "html"]);
    expect(page.out).toMatch(/^<!doctype html>/);
    expect(page.out).toContain('<tr class="runs"><td>x86_64</td><td>0</td><td>read</td>');
    expect(page.out).toContain('<tr class="some"><td>x86_64</td><td>257</td><td>openat</td>');
    expect(page.out).toContain("&lt;b&gt;.yaml");
    expect(page.out).not.toContain("<b>.yaml");
  });
});

describe("netsim seccomp diff", () => {
  const differences = async (first: string, second: string) => {
    const folder = scratch({ "a.yaml": first, "b.yaml": second }).replace(/a\.yaml$/, "");
    const { out, exitCode } = await netsim(["seccomp", "diff", `${folder}a.yaml`, `${folder}b.yaml`, "--json"]);
    return { exitCode, found: lines(out).map((line) => JSON.parse(line)) };
  };

  it("finds nothing between a profile and itself, and exits with 0", async () => {
    expect(await differences(A, A)).toEqual({ exitCode: 0, found: [] });
  });

  it("finds the same classes of arguments in both directions, each with a call that shows them", async () => {
    const [there, back] = [await differences(A, B), await differences(B, A)];
    expect([there.exitCode, back.exitCode]).toEqual([1, 1]);
    expect(
      there.found.every(({ call, first, second }) => call === "openat" && first === "ALLOW" && second === "ERRNO(38)"),
    ).toBe(true);
    const turned = back.found.map(({ first, second, ...rest }) => ({ ...rest, first: second, second: first }));
    const sorted = (all: object[]) => all.map((each) => JSON.stringify(Object.entries(each).sort())).sort();
    expect(sorted(turned)).toEqual(sorted(there.found));
    // What differs is what has other bits beside the mode, which an upper half and a lower one can have.
    const [a, b] = [scratch({ "a.yaml": A }), scratch({ "b.yaml": B })];
    for (const { witness, first, second } of there.found) {
      const words = [
        "--json",
        "--nr",
        `${witness.nr}`,
        "--args",
        witness.args.join(),
        "--arch",
        witness.nr === 295 ? "x86" : "x86_64",
      ];
      for (const [file, want] of [
        [a, first],
        [b, second],
      ]) {
        const { out } = await netsim(["seccomp", "check", file, ...words]);
        expect(JSON.parse(out).path[0].returns).toBe(want);
      }
    }
  });
});

describe("netsim seccomp audit", () => {
  it("exits with 1 for a risk only where it is asked to", async () => {
    const file = scratch({ "a.yaml": rules("a2 == 0", "  - { action: ALLOW, call: ptrace }\n") });
    const plain = await netsim(["seccomp", "audit", file]);
    expect(plain.exitCode).toBe(0);
    expect(plain.out).toMatch(/risk\[dangerous-call\]: .*ptrace/);
    expect((await netsim(["seccomp", "audit", file, "--strict"])).exitCode).toBe(1);
    expect((await netsim(["seccomp", "audit", scratch({ "a.yaml": A }), "--strict"])).exitCode).toBe(0);
  });
});

describe("netsim seccomp learn", () => {
  it("makes a profile of several traces under which all of them run and nothing else", async () => {
    const folder = scratch({
      "a.strace": 'read(0, "", 1) = 0\nsocket(AF_UNIX, SOCK_STREAM, 0) = 3\n',
      "b.strace": "12 close(3) = 0\n12 exit_group(0) = ?\n",
    }).replace(/a\.strace$/, "");
    const traces = [`${folder}a.strace`, `${folder}b.strace`];
    const learned = await netsim(["seccomp", "learn", ...traces, "--arguments"]);
    expect(learned.exitCode).toBe(0);
    const profile = scratch({ "learned.json": learned.out });
    for (const trace of traces)
      expect((await netsim(["seccomp", "check", profile, "--trace", trace, "--expect", "ALLOW"])).exitCode).toBe(0);
    const other = await netsim([
      "seccomp",
      "check",
      profile,
      "--call",
      "socket(AF_INET, SOCK_STREAM, 0)",
      "--call",
      "write(1)",
      "--json",
    ]);
    expect(lines(other.out).map((line) => JSON.parse(line).errno)).toEqual([38, 38]);
  });
});

describe("netsim seccomp dump", () => {
  it("prints as seccomp-tools does", async () => {
    const { out } = await netsim(["seccomp", "dump", scratch({ "a.yaml": A })]);
    const [head, rule, ...rest] = lines(out);
    expect([head, rule]).toEqual([" line  CODE  JT   JF      K", "================================="]);
    expect(rest[0]).toBe(" 0000: 0x20 0x00 0x00 0x00000004  A = arch");
    for (const line of rest) expect(line).toMatch(/^ \d{4}: 0x[\da-f]{2} 0x[\da-f]{2} 0x[\da-f]{2} 0x[\da-f]{8} {2}\S/);
  });
});
