import { existsSync, readFileSync } from "node:fs";
import { ProgramTextError } from "../bpf/program-text-error.ts";
import { type ExitCode, fail } from "../errors.ts";
import { openTopology } from "../open-topology.ts";
import { ONE_LINER } from "../run/one-liners.ts";
import type { RunResult } from "../run/result.ts";
import { TOKENS } from "../tokens.ts";
import { compileTrace } from "../tracing/language/compile.ts";
import type { Terminal } from "./command.ts";
import { showExpressionProblems } from "./expression-problems.ts";
import type { TraceFlags } from "./trace.ts";

/** Bytes of the longest one-liner. */
const LONGEST = 1 << 20;
/** A name with an ending, and no probe, which has a colon. */
const LOOKS_LIKE_FILE = /^[^:]*\.\w+$/;

/** Runs a topology under a one-liner and prints what that prints. */
export async function traceExpression(file: string, flags: TraceFlags, terminal: Terminal): Promise<ExitCode> {
  const { expression } = flags;
  if (expression === undefined)
    fail("usage", "netsim trace needs to know what to trace.", {
      hint: "Give a one-liner: -e 'kprobe:ip_rcv { @ = count() }'.",
    });
  const text = contentOf(expression);
  const { parameters } = flags;
  let probes: number;
  try {
    probes = compileTrace(text, undefined, parameters).programs.reduce((sum, { attach }) => sum + attach.length, 0);
  } catch (error) {
    if (!(error instanceof ProgramTextError)) throw error;
    return showExpressionProblems(text, error, terminal);
  }
  const { topology, container } = await openTopology(file);
  terminal.error(`Attaching ${probes} ${probes === 1 ? "probe" : "probes"}...\n`);
  const result = await container.get(TOKENS.TopologyRunner).run(topology, {
    expressions: [{ text, parameters, place: { file: "expression", line: 1 } }],
    ...(flags.engine !== undefined && { engine: flags.engine }),
    ...(flags.until !== undefined && { until: flags.until }),
    get signal() {
      return terminal.interrupted;
    },
  });
  if (!terminal.interrupted.aborted && hasNotFired(result))
    terminal.error("No event came that the probes are for; `netsim run` tells what the topology does.\n");
  if (flags.json) terminal.out(`${JSON.stringify(result, null, 2)}\n`);
  else terminal.out(`${result.tracing!.output.map(printable).join("\n")}\n`);
  return result.exitCode;
}

/** True where no program of a one-liner has run; those at its beginning and its end are no events. */
function hasNotFired({ programs }: RunResult): boolean {
  const attached = programs
    .filter(({ name }) => name.startsWith(ONE_LINER))
    .flatMap(({ attachments }) => attachments)
    .filter(({ where }) => where !== "BEGIN" && where !== "END");
  return attached.length > 0 && attached.every(({ runs }) => runs === 0);
}

/** A word that names a file stands for what the file holds. */
function contentOf(expression: string): string {
  if (/[\s{]/.test(expression)) return expression;
  if (!existsSync(expression)) {
    if (LOOKS_LIKE_FILE.test(expression)) fail("file-unreadable", `There is no file '${expression}'.`);
    return expression;
  }
  const text = readFileSync(expression, "utf8");
  if (text.length > LONGEST) fail("usage", `'${expression}' is too long for a one-liner.`);
  return text;
}

/** Texts of packets and processes are nobody's commands to a terminal. */
function printable(text: string): string {
  return text.replace(/[^\P{Cc}\t]/gu, (it) => `\\x${it.charCodeAt(0).toString(16).padStart(2, "0")}`);
}
