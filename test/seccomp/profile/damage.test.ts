import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NetsimError } from "../../../src/errors.ts";
import { architectureNamed } from "../../../src/seccomp/architecture/architecture.ts";
import { readPolicyBytes } from "../../../src/seccomp/policy.ts";
import { DEFAULT_CAPABILITIES } from "../../../src/seccomp/profile/profile.ts";
import { problemsOf } from "./policy-text.ts";

const target = { architecture: architectureNamed("x86_64"), capabilities: DEFAULT_CAPABILITIES };
const policy = (name: string) => readFileSync(new URL(`../../../policies/${name}`, import.meta.url), "utf8");

/** Profiles without an error, by language. Their names end as files of that language do. */
const PROFILES: Readonly<Record<string, string>> = {
  "oci.json": JSON.stringify(
    {
      defaultAction: "SCMP_ACT_ERRNO",
      defaultErrnoRet: 38,
      archMap: [{ architecture: "SCMP_ARCH_X86_64", subArchitectures: ["SCMP_ARCH_X86", "SCMP_ARCH_X32"] }],
      flags: ["SECCOMP_FILTER_FLAG_LOG"],
      syscalls: [
        { names: ["read", "write"], action: "SCMP_ACT_ALLOW", includes: { caps: ["CAP_CHOWN"], minKernel: "4.8" } },
        {
          names: ["personality"],
          action: "SCMP_ACT_TRACE",
          errnoRet: 7,
          args: [{ index: 0, value: 255, valueTwo: 8, op: "SCMP_CMP_MASKED_EQ" }],
          excludes: { arches: ["aarch64"] },
        },
      ],
    },
    undefined,
    1,
  ),
  "rules.yaml": `default: ERRNO(EPERM)
architectures: [x86_64, x86]
bad-architecture: KILL_PROCESS
flags: [LOG]
rules:
  - { action: ALLOW, calls: [read, write] }
  - { action: TRACE(7), call: openat, args: ["a2 & O_ACCMODE == O_RDONLY"] }
  - { action: ALLOW, call: close, architectures: [x86], args: [{ arg: 0, op: MASKED_EQ, mask: 255, value: 3 }] }
`,
  "reader.policy": policy("reader.policy"),
  "reader.kafel": policy("reader.kafel"),
  "reader.service": policy("reader.service"),
};

/** Words of a profile that have a meaning: what stands for a call, an action, an operator, an architecture or a key. */
const WORDS: Readonly<Record<string, RegExp>> = {
  "oci.json": /(?<=")[A-Za-z_0-9]+(?=")/g,
  "rules.yaml": /[A-Za-z_][\w-]*/g,
  "reader.policy": /(?<!#.*)(?<![\w@-])[A-Za-z_][\w-]*/g,
  "reader.kafel": /(?<!\/\/.*)[A-Za-z_]\w*/g,
  "reader.service": /(?<==.*)[@\w-]+/g,
};
/** Those that say nothing about a filter: names that a policy gives itself, and what systemd has beside its filters. */
const FREE = new Set(["reader", "fd", "data", "count", "/usr/bin/reader", "usr", "bin"]);

describe.each(Object.keys(PROFILES))("a profile such as %s", (file) => {
  const text = PROFILES[file]!;

  it("has no error", () => {
    expect(problemsOf(file, text)).toEqual([]);
  });

  it("makes no filter once any of its words means nothing, and says where that is", () => {
    const words = [...text.matchAll(WORDS[file]!)].filter(([word]) => !FREE.has(word));
    expect(words.length).toBeGreaterThan(8);
    for (const { 0: word, index } of words) {
      const damaged = `${text.slice(0, index)}zz${word}zz${text.slice(index + word.length)}`;
      const before = text.slice(0, index).split("\n");
      const problems = problemsOf(file, damaged);
      // The word itself, or the value that it is a part of.
      const isThere = problems.some((problem) => {
        const [, line, column] = /^(\d+):(\d+) /.exec(problem) ?? [];
        return Number(line) === before.length && Number(column) <= before.at(-1)!.length + 1;
      });
      expect([word, isThere, problems]).toEqual([word, true, problems]);
    }
  });

  it("is refused, with a line and a column, or read, whatever becomes of its text", () => {
    const bytes = Buffer.from(text);
    const damage = fc.record({
      at: fc.nat(bytes.length),
      length: fc.nat(6),
      insert: fc.oneof(
        fc.constantFrom(
          "",
          "{",
          "}",
          "[",
          '"',
          "\n",
          "\0",
          "&",
          ":",
          ",",
          "'",
          "\\\n",
          "((((((",
          "99999999999999999999",
          "-1",
          "\uffff",
        ),
        fc.string({ maxLength: 5 }),
      ),
    });
    fc.assert(
      fc.property(fc.array(damage, { minLength: 1, maxLength: 4 }), (all) => {
        let damaged = text;
        for (const { at, length, insert } of all) damaged = damaged.slice(0, at) + insert + damaged.slice(at + length);
        for (const problem of problemsOf(file, damaged)) expect(problem).toMatch(/^\d+:\d+ ./);
      }),
      { numRuns: 80 },
    );
  });
});

describe("content that is no profile", () => {
  const read = (file: string, bytes: Uint8Array) => {
    try {
      readPolicyBytes(file, bytes, target, "linear", () => {
        throw new Error("nothing is included");
      });
      return "a filter";
    } catch (error) {
      if (!(error instanceof NetsimError)) throw error;
      return error.diagnostics[0]!.message;
    }
  };
  const endings = ["json", "yaml", "kafel", "policy", "service", "conf", "bpf", "bin", ""];

  it.each([
    { name: "nothing", bytes: "" },
    { name: "a space", bytes: " \n\t" },
    { name: "zeros", bytes: "\0".repeat(64) },
    { name: "brackets, 20,000 deep", bytes: "[".repeat(20_000) },
    { name: "braces, 20,000 deep", bytes: '{"a":'.repeat(20_000) },
    { name: "a list", bytes: "[1, 2]" },
    { name: "a number", bytes: "7" },
    { name: "null", bytes: "null" },
    {
      name: "aliases that grow",
      bytes: `a: &a [x,x]\n${Array.from({ length: 30 }, (_, i) => `b${i}: &b${i} [*${i ? `b${i - 1}` : "a"},*${i ? `b${i - 1}` : "a"}]`).join("\n")}\n`,
    },
    { name: "one long word", bytes: "x".repeat(100_000) },
    { name: "a number of 100,000 digits", bytes: `read: arg0 == ${"9".repeat(100_000)}\n` },
  ])("$name is refused under every name, or kills for everything", ({ bytes }) => {
    for (const ending of endings) {
      const file = `x.${ending}`;
      const told = read(file, Buffer.from(bytes));
      // A policy of minijail's or kafel's without a line is one that permits nothing.
      if (/^\s*$/.test(bytes) && (ending === "policy" || ending === "kafel")) continue;
      expect([file, told]).not.toEqual([file, "a filter"]);
    }
  });

  it("bytes that are no text are refused", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), fc.constantFrom(...endings), (bytes, ending) => {
        read(`x.${ending}`, bytes);
      }),
      { numRuns: 300 },
    );
    expect(read("x.json", Buffer.from([0xff, 0xfe, 0x80]))).toMatch(/neither text in UTF-8 nor a filter/);
  });

  it.each([
    { file: "x.json", text: '{"defaultAction": "SCMP_ACT_ERRNO", "defaultAction": "SCMP_ACT_ALLOW"}' },
    { file: "x.yaml", text: "default: ERRNO(1)\ndefault: ALLOW\n" },
    { file: "y.yaml", text: "default: ERRNO(1)\nrules: [{ action: KILL, call: read, action: ALLOW }]\n" },
  ])("a key that stands there twice ($file) is refused", ({ file, text }) => {
    expect(problemsOf(file, text)[0]).toMatch(/^\d+:\d+ .*(unique|twice|already|duplicate)/i);
  });
});
