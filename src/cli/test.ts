import { type Command, InvalidArgumentError, Option } from "commander";
import type { Action } from "./command.ts";

/** The options of `netsim test` as commander gives them. */
export interface TestFlags {
  readonly report: string;
  readonly engine?: string;
  readonly filter?: RegExp;
  readonly shard?: { readonly index: number; readonly of: number };
  readonly jobs?: number;
  readonly watch?: true;
  readonly update?: true;
  /** The file, or true for the terminal. */
  readonly coverage?: string | true;
}

/** `netsim test FILE|DIRECTORY...`. */
export function testCommand(program: Command, perform: (action: Action) => void): void {
  program
    .command("test")
    .description("run tests of policies, and topologies with expectations")
    .argument("<paths...>", "YAML files, or directories that are searched for them")
    .addOption(
      new Option("--report <format>", "format of the result")
        .choices(["text", "json", "junit", "tap", "github"])
        .default("text"),
    )
    .option("--engine <name>", "what runs the programs (default: interpreter)")
    .option("--filter <pattern>", "only cases whose 'FILE > NAME' matches this regular expression", parseFilter)
    .option("--shard <i/n>", "only every n-th case, from the i-th on", parseShard)
    .option(
      "--jobs <number>",
      "threads that share the files (default: one for four files, up to the processors)",
      parseJobs,
    )
    .option(
      "--coverage [file]",
      "count the instructions and branches that run: to the terminal, or by the file's ending as .info (lcov), .html or .txt",
    )
    .option("--update", "rewrite what failing cases expect to what came out, in the files")
    .option("--watch", "run again whenever a file changes that the tests are about")
    .addHelpText("after", HELP)
    .action((paths: string[], flags: TestFlags) =>
      perform(async (terminal) => (await import("./test-action.ts")).test(paths, flags, terminal)),
    );
}

const MOST_JOBS = 256;

const HELP = `
A policy test is a YAML file with 'cases'; docs/test.md says what it holds. It needs no root and no network.

Examples:
  netsim test policies/tests
  netsim test policies/tests --engine jit --report junit > results.xml
  netsim test policies/tests/ssh-only.yaml --filter 'IPv6'

Exit codes: 0 all passed, 1 a case failed, 2 wrong usage, 3 a file cannot be used, 4 a program was refused.`;

function parseFilter(text: string): RegExp {
  try {
    return new RegExp(text);
  } catch {
    throw new InvalidArgumentError("It is no regular expression.");
  }
}

function parseShard(text: string): { index: number; of: number } {
  const [, index, of] = /^(\d+)\/(\d+)$/.exec(text)?.map(Number) ?? [];
  if (index === undefined || of === undefined || index < 1 || index > of)
    throw new InvalidArgumentError("A shard is written as 2/5: the second of five.");
  return { index, of };
}

function parseJobs(text: string): number {
  const jobs = Number(text);
  if (!/^\d+$/.test(text) || jobs < 1 || jobs > MOST_JOBS)
    throw new InvalidArgumentError(`It is a number from 1 to ${MOST_JOBS}.`);
  return jobs;
}
