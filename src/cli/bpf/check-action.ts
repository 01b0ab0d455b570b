import { INSTRUCTION_BYTES } from "../../bpf/isa/instruction.ts";
import { EXIT, type ExitCode } from "../../errors.ts";
import { plural } from "../../report/words.ts";
import type { Terminal } from "../command.ts";
import { readInput, readProgram } from "./program-file.ts";

/** Checks a program; what is wrong is thrown. */
export async function check(file: string, terminal: Terminal): Promise<ExitCode> {
  const input = readInput(file, terminal);
  const program = readProgram(input);
  terminal.out(
    program.language === "classic"
      ? `${input.name}: ${plural(program.instructions.length, "classic instruction")}, which the kernel would take\n`
      : `${input.name}: ${plural(program.bytes.length / INSTRUCTION_BYTES, "extended instruction")}, well formed; what the verifier looks for was not looked for\n`,
  );
  return EXIT.ok;
}
