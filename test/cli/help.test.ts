import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Command } from "commander";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { commandWords, netsimCommand } from "../../src/cli/command-line.ts";

interface Help {
  readonly names: string;
  readonly text: string;
  readonly examples: readonly string[];
}

/** What `--help` prints of every command. */
function helps(): Help[] {
  let text = "";
  const out = (more: string) => {
    text += more;
  };
  const found: Help[] = [];
  const visit = (command: Command, names: string) => {
    text = "";
    command.outputHelp();
    const [, after = ""] = text.split("\nExamples:\n");
    found.push({
      names,
      text,
      examples: after
        .split("\n")
        .filter((line) => line.includes("netsim "))
        .map((line) => line.trim()),
    });
    for (const below of command.createHelp().visibleCommands(command))
      if (below.name() !== "help") visit(below, `${names} ${below.name()}`);
  };
  visit(
    netsimCommand({ out, error: out }, () => {}),
    "netsim",
  );
  return found;
}

const ALL = helps();
/** One of each command is run. */
const FIRST = [...new Set(ALL.map(({ examples }) => examples[0]!))];
const EXAMPLES = [...new Set(ALL.flatMap(({ examples }) => examples))];

/** What examples are about that nobody has yet; and those that only root can, that end only by hand, or that write beside their directory. */
const NOT_RUN =
  /^netsim lab |another-network|> ~|before|after|before\.yaml|openflow\.yaml| network\.yaml|compare topology\.yaml/;

describe("help", () => {
  it.each(ALL)("of `$names` has three examples or more", ({ examples }) => {
    expect(examples.length).toBeGreaterThanOrEqual(3);
  });

  it("has examples of commands that are there, with options that they take", async () => {
    for (const example of EXAMPLES) {
      let performed = 0;
      let error = "";
      const root = netsimCommand({ out: () => {}, error: (text) => (error += text) }, () => performed++);
      const words = spawnSync(
        "sh",
        ["-c", `netsim() { printf '%s\\0' "$@"; }; ${example.replace(/ [|>] [^']*$|^source <\(|\)$/g, "")}`],
        { encoding: "utf8" },
      );
      await root
        .parseAsync(commandWords(words.stdout.split("\0").slice(0, -1)), { from: "user" })
        .catch((failure) => (error += failure));
      expect({ example, performed, error }).toEqual({ example, performed: 1, error: "" });
    }
  });
});

describe.skipIf(!existsSync("dist/main.js"))("examples of the help (needs `npm run build`)", () => {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), "netsim-cli-"));
    writeFileSync(join(directory, "server.strace"), 'openat(AT_FDCWD, "/etc/passwd", O_RDONLY) = 3\n');
    for (const part of ["policies", "topologies"]) cpSync(part, join(directory, part), { recursive: true });
    cpSync("topologies/captures/mixed.pcap", join(directory, "capture.pcap"));
    writeFileSync(join(directory, "netsim"), `#!/bin/sh\nexec node ${resolve("dist/main.js")} "$@"\n`, { mode: 0o755 });
  });

  afterAll(() => rmSync(directory, { recursive: true }));

  it.each(FIRST.filter((example) => !NOT_RUN.test(example)))("%s", (example) => {
    const env = { ...process.env, PATH: `${directory}:${process.env.PATH}` };
    const { status, stderr } = spawnSync("bash", ["-c", example], { cwd: directory, env, encoding: "utf8" });
    // What is compared may differ, and audits may find something.
    expect({ status: status === 1 ? 0 : status, isRefused: /error\[/.test(stderr) }).toEqual({
      status: 0,
      isRefused: false,
    });
  });
});
