import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { findCompilerNamed } from "../src/c-compiler/compilers.ts";
import { openKernel } from "../src/kernel/kernel.ts";
import { blocks, ROOT } from "./documentation-blocks.ts";

const PAGES = [
  "README.md",
  ...readdirSync(join(ROOT, "docs"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
];

interface Command {
  readonly text: string;
  /** What a `console` block shows behind it. */
  readonly output?: string;
}

/** The commands that a page shows: one a line in `sh` blocks; the first line, behind `$ `, of `console` blocks. */
function commands(page: string): Command[] {
  return blocks(page).flatMap(({ language, text }): Command[] => {
    // Installing is what .ci/run does, in a fresh clone.
    const lines = text.split("\n").map((line) => line.replace(/^npm ci && /, ""));
    if (language === "sh") return lines.filter((line) => line !== "").map((line) => ({ text: line }));
    const [first, ...output] = lines;
    return language === "console" ? [{ text: first!.slice(2), output: output.join("\n") }] : [];
  });
}

/** What links call a page's headings. */
function headings(file: string): string[] {
  return [...readFileSync(file, "utf8").matchAll(/^#+ (.*)$/gm)].map(([, title]) =>
    title!
      .toLowerCase()
      .replace(/[^\w\s-]/g, "")
      .replaceAll(" ", "-"),
  );
}

const noCompiler = !existsSync("/usr/include/bpf/bpf_helpers.h")
  ? "there are no headers of libbpf"
  : ["clang", "clang-19"].some((name) => findCompilerNamed(name, process.env.PATH ?? "") !== undefined)
    ? undefined
    : "there is no clang";

/** Why a command cannot be run: it is about a page's C source, and there is nothing to compile it. */
function whyNot(page: string, { text }: Command): string | undefined {
  const sources = blocks(page).flatMap(({ language, file }) => (language === "c" && file ? [file] : []));
  return sources.some((file) => text.includes(file.replace(/\.c$/, ""))) ? noCompiler : undefined;
}

/** What is shown with sudo needs the running kernel. */
const kernel = await openKernel();

/** Outside the repository, with its examples: what commands write goes away with it. */
let directory: string;
/** Stands for npx, so that the built command runs and nothing is asked of a network. */
let bin: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "netsim-documentation-"));
  bin = join(directory, "bin");
  spawnSync("cp", ["-r", join(ROOT, "topologies"), join(ROOT, "policies"), join(ROOT, "docs"), directory]);
  spawnSync("mkdir", [bin, join(directory, "node_modules")]);
  symlinkSync(ROOT, join(directory, "node_modules/netsim"));
  const main = join(ROOT, "dist/main.js");
  writeFileSync(join(bin, "npx"), `#!/bin/sh\n[ "$1" = netsim ] || exit 99\nshift\nexec node ${main} "$@"\n`, {
    mode: 0o755,
  });
});
afterAll(() => rmSync(directory, { recursive: true }));

function shell(command: string) {
  const env = { ...process.env, PATH: `${bin}:${process.env.PATH}`, NO_COLOR: "1" };
  return spawnSync("sh", ["-c", command], { cwd: directory, env, encoding: "utf8" });
}

describe("documentation", () => {
  it("is run against the command as built", () => {
    expect(existsSync(join(ROOT, "dist/main.js")), "run `npm run build` first").toBe(true);
  });

  describe.each(PAGES)("%s", (page) => {
    beforeAll(() => {
      for (const { file, text } of blocks(page)) if (file !== undefined) writeFileSync(join(directory, file), text);
    });

    const shown = commands(page).filter(({ text }) => !/^npm /.test(text));
    for (const command of shown) {
      const isPrivileged = command.text.startsWith("sudo ");
      const missing = isPrivileged && "missing" in kernel ? kernel.missing : whyNot(page, command);
      it.skipIf(missing !== undefined)(`\`${command.text}\` works${missing ? ` (skipped: ${missing})` : ""}`, () => {
        const { status, stdout, stderr } = shell(command.text.replace(/^sudo /, ""));
        expect({ status, stderr }).toEqual({ status: 0, stderr: expect.not.stringContaining("error") });
        if (command.output !== undefined) expect(stdout).toBe(command.output);
      });
    }

    it("shows YAML that parses", () => {
      for (const { text } of blocks(page).filter(({ language }) => language === "yaml"))
        expect(() => parse(text.startsWith("  ") ? text.replace(/^ {2}/gm, "") : text)).not.toThrow();
    });

    it("links to what exists", () => {
      const text = readFileSync(join(ROOT, page), "utf8");
      for (const [, target, heading] of text.matchAll(/\]\(([^)#]*)#?([^)]*)\)/g)) {
        if (/^https?:/.test(target!)) continue;
        const file = target === "" ? join(ROOT, page) : join(ROOT, dirname(page), target!);
        expect(existsSync(file), `${page} -> ${target}`).toBe(true);
        if (heading !== "") expect(headings(file), `${page} -> ${target}`).toContain(heading);
      }
    });
  });

  it("is all linked from the README", () => {
    const readme = readFileSync(join(ROOT, "README.md"), "utf8");
    const pages = PAGES.filter((page) => page !== "README.md");
    expect(pages.filter((page) => !readme.includes(`](${page})`))).toEqual([]);
  });

  it("names every dependency and no other", () => {
    const manifest = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
    const names = { ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies };
    const text = readFileSync(join(ROOT, "docs/dependencies.md"), "utf8");
    const listed = [...text.matchAll(/^\| (@?\w[\w/-]*) ?[\d.]* \| /gm)]
      .map(([, name]) => name!)
      .filter((name) => name !== "package");
    expect(listed.sort()).toEqual(Object.keys(names).sort());
  });
});
