import { formatClassic } from "../../bpf/classic/formatter.ts";
import type { ClassicInstruction } from "../../bpf/classic/instruction.ts";
import { compileFilter } from "../../bpf/filter/compile.ts";
import type { DataStart } from "../../bpf/filter/data-start.ts";
import { nameOfLinkType } from "../../bpf/filter/names/link-types.ts";
import { NO_NETMASK } from "../../bpf/filter/options.ts";
import { ProgramTextError } from "../../bpf/program-text-error.ts";
import { EXIT, type ExitCode, fail } from "../../errors.ts";
import { explanationPage } from "../../meaning/drawing/page.ts";
import { explain } from "../../meaning/explanation.ts";
import { inWords } from "../../meaning/words.ts";
import type { Terminal } from "../command.ts";
import { showExpressionProblems } from "../expression-problems.ts";
import { SOCKETS } from "./compile.ts";
import type { ExplainFlags } from "./explain.ts";
import { readClassic, readInput, writeOutput } from "./program-file.ts";

/** Protocols of the sockets whose data begins at a transport header. */
const TRANSPORTS: Partial<Readonly<Record<keyof typeof SOCKETS, number>>> = { udp: 17, tcp: 6 };

/** Prints what a program accepts; with --html writes the page, too. */
export async function explainProgram(expression: string, flags: ExplainFlags, terminal: Terminal): Promise<ExitCode> {
  const { program, socket, dlt: linkType, html } = flags;
  if (program !== undefined && expression !== "") fail("usage", "--program is instead of an expression.");
  const dataStart: DataStart = socket === undefined ? "link" : SOCKETS[socket];
  let instructions: readonly ClassicInstruction[];
  try {
    instructions =
      program === undefined ? compiled(expression, flags, dataStart) : readClassic(readInput(program, terminal));
  } catch (error) {
    if (!(error instanceof ProgramTextError)) throw error;
    return showExpressionProblems(expression, error, terminal);
  }
  const transport = socket === undefined ? undefined : TRANSPORTS[socket];
  const explanation = explain(instructions, {
    linkType,
    dataStart,
    ...(transport === undefined ? {} : { transport }),
  });
  terminal.out(`${inWords(explanation).join("\n")}\n`);
  if (html === undefined) return EXIT.ok;
  const where = socket === undefined ? nameOfLinkType(linkType) : `${socket} socket`;
  const listing = formatClassic(instructions, "tcpdump-d").trimEnd().split("\n");
  const title = program ?? (expression === "" ? "every packet" : expression);
  const kind = `${where}, ${instructions.length} instructions`;
  writeOutput(html, new TextEncoder().encode(explanationPage(explanation, { title, kind, listing })));
  return EXIT.ok;
}

function compiled(expression: string, flags: ExplainFlags, dataStart: DataStart): ClassicInstruction[] {
  const { dlt: linkType, optimize, kernelVlan } = flags;
  return compileFilter(expression, {
    netmask: NO_NETMASK,
    linkType,
    optimize,
    kernelVlan: kernelVlan === true || flags.socket !== undefined,
    dataStart,
  });
}
