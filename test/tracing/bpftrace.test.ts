import { execFile, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";
import { openTopology } from "../../src/open-topology.ts";
import { TOKENS } from "../../src/tokens.ts";
import { compileTrace } from "../../src/tracing/language/compile.ts";
import { scratch } from "../scratch.ts";

/** What bpftrace 0.17.0 said: one-liners with what it prints, those that it refuses, and those of them that are taken here. */
const RECORDED: {
  readonly accepted: readonly { readonly text: string; readonly output: string }[];
  readonly refused: readonly string[];
  /** As later versions take them. */
  readonly later: readonly string[];
} = JSON.parse(readFileSync(new URL("bpftrace-0.17.json", import.meta.url), "utf8"));

const VERSION = "bpftrace v0.17.0";
/** How many run at once, and every how manieth is run. */
const [AT_ONCE, EVERY] = [4, 3];

const found = spawnSync("bpftrace", ["--version"], { encoding: "utf8" }).stdout?.trim();
const canRun = spawnSync("bpftrace", ["-e", "BEGIN { exit(); }"], { timeout: 20_000 }).status === 0;
const missing = found === VERSION ? (canRun ? undefined : "bpftrace cannot run here") : `there is no ${VERSION}`;

const isTaken = (text: string): boolean => {
  try {
    compileTrace(text);
    return true;
  } catch (error) {
    expect((error as Error).name, text).toBe("ProgramTextError");
    return false;
  }
};

describe("one-liners beside what bpftrace 0.17 does", () => {
  let run: (text: string) => Promise<string>;
  beforeAll(async () => {
    const { topology, container } = await openTopology(scratch({ "topology.yaml": "nodes: { a: { kind: host } }\n" }));
    const runner = container.get(TOKENS.TopologyRunner);
    run = async (text) => {
      const result = await runner.run(topology, { expressions: [{ text, place: { file: "expression", line: 1 } }] });
      return `${result.tracing!.output.join("\n")}\n`;
    };
  });

  it.each(RECORDED.accepted)("print the same: $text", async ({ text, output }) => {
    expect(await run(text)).toBe(output);
  });

  it.each(RECORDED.refused)("are refused as well: %s", (text) => {
    expect(isTaken(text)).toBe(false);
  });

  it.each(RECORDED.later)("are taken as by later versions: %s", (text) => {
    expect(isTaken(text)).toBe(true);
  });
});

describe.skipIf(missing !== undefined)(`${VERSION} itself${missing ? ` (${missing})` : ""}`, () => {
  it("prints and refuses what was recorded", { timeout: 120_000 }, async () => {
    const { accepted, refused } = RECORDED;
    const all = [...accepted, ...refused.map((text) => ({ text, output: undefined }))].filter(
      (_, i) => i % EVERY === 0,
    );
    const work = async () => {
      for (let next = all.pop(); next !== undefined; next = all.pop()) {
        const { text, output } = next;
        const said = await promisify(execFile)("bpftrace", ["-e", text], { timeout: 20_000 }).then(
          ({ stdout }) => stdout.replace(/^Attaching .*\n/, ""),
          () => undefined,
        );
        expect(said, text).toBe(output);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  });
});
