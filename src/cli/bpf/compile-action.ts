import { checkClassic } from "../../bpf/classic/checker.ts";
import { convertClassic } from "../../bpf/classic/convert/convert.ts";
import { kernelFunctionName } from "../../bpf/classic/convert/kernel-functions.ts";
import { formatClassic } from "../../bpf/classic/formatter.ts";
import type { ClassicInstruction } from "../../bpf/classic/instruction.ts";
import type { ClassicForm } from "../../bpf/classic/text/form.ts";
import { compileFilter } from "../../bpf/filter/compile.ts";
import { NO_NETMASK } from "../../bpf/filter/options.ts";
import { disassemble } from "../../bpf/isa/disassembler/disassemble.ts";
import { encodeProgram } from "../../bpf/isa/encode.ts";
import { ProgramTextError } from "../../bpf/program-text-error.ts";
import { EXIT, type ExitCode } from "../../errors.ts";
import type { Terminal } from "../command.ts";
import { showExpressionProblems } from "../expression-problems.ts";
import { type CompileFlags, type ListingDepth, SOCKETS, type Target } from "./compile.ts";
import { refuse } from "./program-file.ts";

/** Compiles an expression and prints the program. */
export async function compile(
  expression: string,
  flags: CompileFlags,
  depth: ListingDepth,
  terminal: Terminal,
): Promise<ExitCode> {
  try {
    const instructions = compileFilter(expression, {
      netmask: NO_NETMASK,
      linkType: flags.dlt,
      snapLength: flags.snaplen,
      optimize: flags.optimize,
      kernelVlan: flags.kernelVlan === true || flags.socket !== undefined,
      dataStart: flags.socket === undefined ? "link" : SOCKETS[flags.socket],
    });
    terminal.out(written(instructions, flags.to, depth));
    return EXIT.ok;
  } catch (error) {
    if (!(error instanceof ProgramTextError)) throw error;
    return showExpressionProblems(expression, error, terminal);
  }
}

const FORMS: Readonly<Record<Exclude<Target, "extended">, ClassicForm>> = {
  tcpdump: "tcpdump-d",
  classic: "bpf_asm",
  xt_bpf: "bytecode",
  tc: "bytecode",
};

function written(instructions: readonly ClassicInstruction[], to: Target, depth: ListingDepth): string {
  if (depth > 2) return formatClassic(instructions, "tcpdump-ddd");
  if (depth === 2) return formatClassic(instructions, "tcpdump-dd");
  if (to !== "extended") return formatClassic(instructions, FORMS[to]);
  const problems = checkClassic(instructions);
  if (problems.length > 0) refuse("expression", problems);
  return disassemble(encodeProgram(convertClassic(instructions, "kernel")), {
    syntax: "kernel",
    numbers: true,
    names: { kernelFunction: ({ btfId }) => kernelFunctionName(btfId) },
  });
}
