import { encodeClassic } from "../../bpf/classic/encode.ts";
import { formatClassic } from "../../bpf/classic/formatter.ts";
import type { ClassicForm } from "../../bpf/classic/text/form.ts";
import type { ProgramReference } from "../../bpf/isa/assembler/assemble.ts";
import { disassemble } from "../../bpf/isa/disassembler/disassemble.ts";
import { EXIT, type ExitCode, fail } from "../../errors.ts";
import type { Terminal } from "../command.ts";
import { showDiagnostics } from "../show-failure.ts";
import type { AsmFlags } from "./asm.ts";
import { readInput, readText, refuseExtended, writeOutput } from "./program-file.ts";

/** Translates a program's text. */
export async function asm(file: string, { hex, output, form }: AsmFlags, terminal: Terminal): Promise<ExitCode> {
  const input = readInput(file, terminal);
  const { language, program } = readText(input);
  if (form !== undefined && language === "extended")
    fail("usage", `'${input.name}' is an extended program; --form is for classic ones.`);
  if (language === "extended") refuseExtended(input.name, program.bytes, program.lines);

  if (language === "extended") tellOfReferences(input.name, program.references, terminal);

  const bytes = language === "classic" ? encodeClassic(program.instructions) : program.bytes;
  if (output !== undefined) writeOutput(output, bytes);
  if (hex) terminal.out(`${Buffer.from(bytes).toString("hex")}\n`);
  if (hex || (output !== undefined && form === undefined)) return EXIT.ok;
  terminal.out(
    language === "classic"
      ? formatClassic(program.instructions, (form ?? "tcpdump-d") as ClassicForm)
      : disassemble(bytes, { syntax: "llvm", numbers: true, opcodes: true }),
  );
  return EXIT.ok;
}

/** Bytes have no names: what a loader would put there stays 0, which a mistyped label should not do unseen. */
function tellOfReferences(file: string, references: readonly ProgramReference[], terminal: Terminal): void {
  showDiagnostics(
    references.map(({ kind, name, line, column, endColumn }) => ({
      code: "unknown-reference",
      severity: "warning",
      message:
        kind === "map"
          ? `The descriptor of map '${name}' is left 0, for a loader to put it in.`
          : `The BTF id of kernel function '${name}' is left 0, for a loader to put it in.`,
      place: { file, line, column, endColumn },
    })),
    terminal,
  );
}
