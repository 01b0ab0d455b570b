import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { comparable, obey } from "../network/tc/commands.ts";
import { recorded } from "../network/tc/recorded.ts";

const SCRIPT = new URL("tc-lines.py", import.meta.url).pathname;

/** What of the recorded table kernels with few modules have too; every third case, for the time that they take. */
const CASES = recorded("linux-commands.json")
  .map(({ commands }) => commands)
  .filter(
    (commands) => !/\b(?:prio|drr|sfq|red|codel|fq_codel|fq|netem|mq|gact|action|matchall)\b/.test(commands.join(" ")),
  )
  .filter((_, i) => i % 3 === 0);

interface Answer {
  readonly answers: readonly (readonly [code: number, error: string])[];
  readonly shown: readonly string[];
}

/** Answers of tc and the running kernel; undefined where there is no root or no tc. */
function ask(cases: readonly (readonly string[])[]): Answer[] | undefined {
  if (process.getuid?.() !== 0) return undefined;
  try {
    const input = JSON.stringify(cases.map((lines) => ({ lines })));
    const output = execFileSync("python3", [SCRIPT], { input, stdio: ["pipe", "pipe", "ignore"], timeout: 60_000 });
    return String(output)
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Answer);
  } catch {
    return undefined;
  }
}

/** What a kernel may lack. */
const NEEDED = [
  "qdisc add dev eth0 clsact",
  "qdisc add dev eth0 root handle 1: htb",
  "qdisc add dev eth0 root handle 1: tbf rate 1mbit burst 10kb latency 50ms",
].map((line) => [line]);

const isThere = ask(NEEDED)?.every(({ answers }) => answers[0]![0] === 0) ?? false;
const linux = isThere ? ask(CASES) : undefined;
const missing = linux === undefined ? " (skipped: needs root, ip, and tc with htb, tbf, clsact and cls_bpf)" : "";

describe.skipIf(linux === undefined)(`commands beside the running kernel${missing}`, () => {
  it.each(CASES.map((commands, i) => [commands.join("; "), commands, i] as const))("%s", async (_, commands, i) => {
    const { answers, shown } = linux![i]!;
    const have = await obey(commands);
    expect(
      [...have.refused.keys()].sort((a, b) => a - b),
      [...have.refused.values()].join("; "),
    ).toEqual(answers.flatMap(([code], number) => (code === 0 ? [] : [number])));
    expect(comparable(have.shown)).toEqual(comparable(shown));
  });
});
