import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EXPLANATIONS, FINDINGS } from "../../src/explanations/explanations.ts";
import { netsim } from "./fake-terminal.ts";

/** What `netsim completion words` offers for the last of the words, without descriptions. */
async function offered(...words: string[]): Promise<string[]> {
  const { out, exitCode } = await netsim(["completion", "words", "--", ...words]);
  expect(exitCode).toBe(0);
  return out
    .split("\n")
    .slice(0, -1)
    .map((line) => line.split("\t")[0]!);
}

describe("netsim completion words", () => {
  it.each([
    { words: ["te"], want: ["test"] },
    { words: ["seccomp", "co"], want: ["compile"] },
    { words: ["bpf", "dis"], want: ["disasm"] },
    { words: ["test", "--rep"], want: ["--report"] },
    { words: ["test", "--report", ""], want: ["text", "json", "junit", "tap", "github"] },
    { words: ["test", "--report", "j"], want: ["json", "junit"] },
    { words: ["test", "--report=j"], want: ["--report=json", "--report=junit"] },
    { words: ["test", "--report", "=", "j"], want: ["--report=json", "--report=junit"] },
    { words: ["run", "--engine", "j"], want: ["jit"] },
    { words: ["completion", ""], want: ["bash", "zsh", "fish"] },
    { words: ["tc", "show", "a.yaml", "c"], want: ["class"] },
    { words: ["explain", ""], want: Object.keys({ ...EXPLANATIONS, ...FINDINGS }) },
    { words: ["run", ""], want: [":files"] },
    { words: ["test", "a.yaml", ""], want: [":files"] },
    { words: ["run", "a.yaml", ""], want: [] },
    { words: ["run", "--pcap", ""], want: [":files"] },
    { words: ["run", "--until", ""], want: [] },
    { words: ["run", "--", "--"], want: [":files"] },
    { words: ["nothing", ""], want: [] },
    { words: ["test", "--nothing="], want: [] },
  ])("offers for `$words`", async ({ words, want }) => {
    expect(await offered(...words)).toEqual(want);
  });

  it("offers every command at the beginning, and not itself", async () => {
    const all = await offered("");
    expect(all).toEqual(expect.arrayContaining(["init", "run", "test", "compare", "trace", "lint", "completion"]));
    expect(await offered("completion", "w")).toEqual([]);
  });
});

const missing = (shell: string) => spawnSync(shell, ["--version"]).status !== 0;
const built = existsSync("dist/main.js");
let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "netsim-cli-"));
  for (const name of ["office.yaml", "offers.txt"]) writeFileSync(join(directory, name), "");
  writeFileSync(join(directory, "netsim"), `#!/bin/sh\nexec node ${resolve("dist/main.js")} "$@"\n`, { mode: 0o755 });
});
afterAll(() => rmSync(directory, { recursive: true }));

function shell(name: string, script: string): string[] {
  const env = { ...process.env, PATH: `${directory}:${process.env.PATH}` };
  const { stdout, stderr } = spawnSync(name, ["-c", script], { cwd: directory, env, encoding: "utf8" });
  expect(stderr).toBe("");
  return stdout.split("\n").slice(0, -1);
}

const LINES = [
  { words: ["netsim", "te"], want: ["test"] },
  { words: ["netsim", "test", "--report", "j"], want: ["json", "junit"] },
  { words: ["netsim", "run", "off"], want: ["offers.txt", "office.yaml"] },
];

describe.skipIf(!built || missing("bash"))("completion in bash (needs `npm run build`, and bash)", () => {
  it.each([...LINES, { words: ["netsim", "test", "--report", "=", "j"], want: ["json", "junit"] }])(
    "$words",
    ({ words, want }) => {
      const typed = words.map((word) => `'${word}'`).join(" ");
      const script = `source <(netsim completion bash); COMP_WORDS=(${typed}); COMP_CWORD=${words.length - 1}; _netsim; printf '%s\\n' "\${COMPREPLY[@]}"`;
      expect(shell("bash", script).sort()).toEqual(want);
    },
  );
});

describe.skipIf(!built || missing("fish"))("completion in fish (needs `npm run build`, and fish)", () => {
  it.each(LINES)("$words", ({ words, want }) => {
    const found = shell("fish", `netsim completion fish | source; complete -C '${words.join(" ")}'`);
    expect(found.map((line) => line.split("\t")[0]).sort()).toEqual(want);
  });
});

describe.skipIf(!built || missing("zsh"))("completion in zsh (needs `npm run build`, and zsh)", () => {
  it("is a script that zsh loads, and asks netsim", () => {
    const found = shell(
      "zsh",
      `compdef() { :; }; _describe() { print -l -- \${values%%:*}; }; _files() { print files; }; compset() { :; }
       source <(netsim completion zsh); words=(netsim te); CURRENT=2; _netsim; words=(netsim run off); CURRENT=3; _netsim`,
    );
    expect(found).toEqual(["test", "files"]);
  });
});
