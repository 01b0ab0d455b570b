import { readFileSync } from "node:fs";

/**
 * What tc of iproute2 6.1 and Linux 6.12 did with commands about a device eth0, a veth with one queue whose other end is eth1.
 * test/kernel/tc-lines.py asks them.
 */
export interface Recorded {
  readonly commands: readonly string[];
  /** Numbers of those that were refused. */
  readonly refused: readonly number[];
  /** What `tc show` printed afterwards of qdiscs, classes, the root discipline's filters, and those of ingress and egress. */
  readonly shown: readonly string[];
}

/** The file's form: each line once, and cases by the numbers of their lines. */
interface Packed {
  readonly lines: readonly string[];
  readonly cases: readonly (readonly [commands: number[], refused: number[], shown: number[][]])[];
}

/** The cases of a file beside this one. */
export function recorded(file: string): Recorded[] {
  const { lines, cases } = JSON.parse(readFileSync(new URL(file, import.meta.url), "utf8")) as Packed;
  return cases.map(([commands, refused, shown]) => ({
    commands: commands.map((number) => lines[number]!),
    refused,
    shown: shown.map((numbers) => numbers.map((number) => `${lines[number]}\n`).join("")),
  }));
}
