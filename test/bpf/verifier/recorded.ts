import { readFileSync } from "node:fs";
import type { VerifierResult } from "../../../src/bpf/verifier/verifier-result.ts";
import { statisticsText } from "../../../src/bpf/verifier/verify.ts";

/** What Linux 6.18 said of a program. */
export interface Recorded {
  readonly accepted: boolean;
  /** The line that gives the reason; empty for accepted programs. */
  readonly reason: string;
  /** The last line: `processed 5 insns ...`. */
  readonly statistics: string;
}

export const FIXTURES = new URL("fixtures/linux-6.18.json", import.meta.url);

/** The same programs as socket filters of users without capabilities. */
export const UNPRIVILEGED_FIXTURES = new URL("fixtures/linux-6.18-unprivileged.json", import.meta.url);

/** By the names of the programs. */
export const readRecorded = (from = FIXTURES): Readonly<Record<string, Recorded>> =>
  JSON.parse(readFileSync(from, "utf8")) as Record<string, Recorded>;

/** Lines behind the reason that show states. */
const STATES = /^(cur|old) state:/;

/** What the kernel's log says in short. */
export function recordedFrom(errno: number, log: string): Recorded {
  const lines = log.trimEnd().split("\n");
  const statistics = lines.at(-1)!.startsWith("processed ") ? lines.pop()! : "";
  while (STATES.test(lines.at(-1) ?? "")) lines.pop();
  // The kernel takes back the end of the line before this message.
  const reason = (lines.at(-1) ?? "").replace(/^.*(infinite loop detected)/, "$1");
  return { accepted: errno === 0, reason: errno === 0 ? "" : reason, statistics };
}

/** The same of our own verdict. */
export function recordedOf(result: VerifierResult): Recorded {
  return {
    accepted: result.accepted,
    reason: result.error?.message ?? "",
    statistics: statisticsText(result.statistics),
  };
}
