import { execFileSync, spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { DROP_REASONS, type DropReason, isLinuxReason } from "../../src/packet/drop-reason.ts";
import { hex } from "../network/frames.ts";
import { HOST_CASES, type HostCase } from "./host-cases.ts";
import { COMMANDS, LISTENING, normalise, type SimulatedCase, simulate } from "./host-comparison.ts";

/** Why this machine cannot make a Linux host of its own; empty where it can. */
function obstacle(): string {
  if (process.platform !== "linux") return "needs Linux";
  if (process.getuid?.() !== 0) return "needs root";
  if (spawnSync("python3", ["--version"]).status !== 0) return "needs python3";
  const name = `netsim-${process.pid}-probe`;
  if (spawnSync("ip", ["netns", "add", name]).status !== 0) return "needs `ip netns`";
  spawnSync("ip", ["netns", "del", name]);
  return "";
}

interface Answers {
  readonly answers: [number, string][][];
  /** Reasons for which Linux dropped packets at each step; null where it cannot be asked. */
  readonly reasons: string[][] | null;
}

function ask(cases: readonly HostCase[], forwarding: boolean): Answers {
  const steps = cases.map(({ port, frames }) => ({ port, frames: frames.map(hex) }));
  const input = JSON.stringify({ forwarding, commands: COMMANDS, sockets: LISTENING, quiet: 0.015, steps });
  const script = new URL("host-answers.py", import.meta.url).pathname;
  return JSON.parse(execFileSync("python3", [script], { input, encoding: "utf8", timeout: 25_000 }));
}

/** What Linux calls netsim's reason. */
function linuxName(reason: string | undefined): string | undefined {
  if (reason === undefined) return undefined;
  return isLinuxReason(reason as DropReason) ? reason : "NOT_SPECIFIED";
}

/** The reason that Linux should give at a step; undefined: none. */
function expectedReason({ linux, reason }: HostCase): string | undefined {
  return linux === "none" ? undefined : (linux ?? linuxName(reason));
}

/** A case beside what both did with it. */
interface Outcome {
  readonly entry: HostCase;
  readonly simulated: SimulatedCase;
  readonly answers: readonly [number, string][];
  readonly reasons: readonly string[] | null;
}

function agrees({ entry, simulated, answers, reasons }: Outcome): boolean {
  const alike = JSON.stringify(answers.map(normalise)) === JSON.stringify(simulated.answers.map(normalise));
  return alike && (reasons === null || entry.linux === "varies" || reasons.at(-1) === expectedReason(entry));
}

/**
 * Asks Linux about all cases, and once more about those that differ: on a busy machine an answer may come too late, and
 * the drops of others be taken for ours.
 */
function compare(forwarding: boolean): Outcome[] {
  const cases = HOST_CASES.filter((entry) => entry.forwarding === forwarding);
  const simulated = simulate(cases, forwarding);
  const join = (chosen: readonly HostCase[], { answers, reasons }: Answers) =>
    chosen.map((entry, i) => ({
      entry,
      simulated: simulated[cases.indexOf(entry)]!,
      answers: answers[i]!,
      reasons: reasons?.[i] ?? null,
    }));
  const first = join(cases, ask(cases, forwarding));
  const doubtful = first.filter((outcome) => !agrees(outcome)).map(({ entry }) => entry);
  if (doubtful.length === 0) return first;
  const second = join(doubtful, ask(doubtful, forwarding));
  return first.map((outcome) => second.find(({ entry }) => entry === outcome.entry) ?? outcome);
}

const why = obstacle();

describe.skipIf(why !== "")(`a simulated host beside a Linux one${why && ` (${why})`}`, () => {
  for (const forwarding of [true, false]) {
    const kind = forwarding ? "router" : "host";
    for (const { entry, simulated, answers, reasons } of why === "" ? compare(forwarding) : []) {
      it(`${kind} answers alike: ${entry.name}`, () => {
        expect(simulated.answers.map(normalise)).toEqual(answers.map(normalise));
      });
      const blind = reasons === null ? " (needs tracefs and cls_bpf)" : "";
      it.skipIf(blind !== "")(`${kind} drops alike: ${entry.name}${blind}`, () => {
        expect(simulated.reasons.at(-1)).toBe(entry.reason);
        if (entry.linux !== "varies") expect(reasons!.at(-1)).toBe(expectedReason(entry));
      });
    }
  }
  // Without Linux there is nothing to ask about each case; this stands for them all.
  if (why !== "") it("answers and drops alike", () => {});
});

it("every reason in the table of cases is one of netsim's", () => {
  for (const { reason } of HOST_CASES) if (reason !== undefined) expect(DROP_REASONS).toHaveProperty(reason);
});
