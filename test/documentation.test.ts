import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { openKernel } from "../src/kernel/kernel.ts";

const ROOT = resolve(new URL("..", import.meta.url).pathname);
const PAGES = [
  "README.md",
  ...readdirSync(join(ROOT, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
];

interface Block {
  readonly language: string;
  readonly text: string;
}

function blocks(page: string): Block[] {
  const text = readFileSync(join(ROOT, page), "utf8");
  return [...text.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language, body]) => ({
    language: language!,
    text: body!,
  }));
}

/** The commands that a page shows, one a line; `$ ` in front and the output behind belong to `console` blocks. */
function commands(page: string): string[] {
  return blocks(page).flatMap(({ language, text }) => {
    const lines = text.split("\n").filter((line) => line !== "");
    if (language === "sh") return lines;
    return language === "console" ? lines.filter((line) => line.startsWith("$ ")).map((line) => line.slice(2)) : [];
  });
}

/** What is shown with sudo needs the running kernel. */
const kernel = await openKernel();
const missing = "missing" in kernel ? ` (skipped: ${kernel.missing})` : "";

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
    // Installing is what .ci/run does in a fresh clone.
    const shown = commands(page).map((command) => command.replace(/^npm ci && /, ""));
    const works = (command: string) => {
      const { status, stderr } = shell(command);
      expect({ status, stderr }).toEqual({ status: 0, stderr: expect.not.stringContaining("error") });
    };
    it.each(shown.filter((command) => !/^(npm|sudo) /.test(command)))("`%s` works", works);

    const privileged = shown.filter((command) => command.startsWith("sudo "));
    it.skipIf("missing" in kernel).each(privileged)(`\`%s\` works${missing}`, (command) =>
      works(command.slice("sudo ".length)),
    );

    it("shows what its commands print", () => {
      for (const { text } of blocks(page).filter(({ language }) => language === "console")) {
        const [first, ...output] = text.split("\n");
        expect(shell(first!.slice(2)).stdout).toBe(output.join("\n"));
      }
    });

    it("shows YAML that parses", () => {
      for (const { text } of blocks(page).filter(({ language }) => language === "yaml"))
        expect(() => parse(text.startsWith("  ") ? text.replace(/^ {2}/gm, "") : text)).not.toThrow();
    });

    it("links to what exists", () => {
      const text = readFileSync(join(ROOT, page), "utf8");
      for (const [, target] of text.matchAll(/\]\(([^)#]+)[^)]*\)/g)) {
        if (/^https?:/.test(target!)) continue;
        expect(existsSync(join(ROOT, dirname(page), target!)), `${page} -> ${target}`).toBe(true);
      }
    });
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
