import type { Command } from "commander";
import { parseUntil } from "../run.ts";

/** Where a command gets its switch from, as commander gives it. */
export interface SourceFlags {
  readonly flows?: string;
  readonly groups?: string;
  readonly meters?: string;
  readonly ports?: string;
  readonly until?: number;
}

/** Options of commands that look at a topology's switch, or at files of flows. */
export function sourceOptions(command: Command): Command {
  return command
    .option("--flows <file>", "flows in ovs-ofctl's syntax, instead of a topology; - is standard input")
    .option("--groups <file>", "with --flows: groups")
    .option("--meters <file>", "with --flows: meters")
    .option("--ports <names>", "with --flows: names of the ports, by number from 1 (default: p1,p2,...,p8)")
    .option("--until <duration>", "look at the topology at this simulated time", parseUntil);
}
