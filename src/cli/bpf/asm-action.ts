import { encodeClassic } from "../../bpf/classic/encode.ts";
import { formatClassic } from "../../bpf/classic/formatter.ts";
import type { ClassicForm } from "../../bpf/classic/text/form.ts";
import { disassemble } from "../../bpf/isa/disassembler/disassemble.ts";
import { EXIT, type ExitCode, fail } from "../../errors.ts";
import type { Terminal } from "../command.ts";
import type { AsmFlags } from "./asm.ts";
import { readInput, readText, refuseExtended, writeOutput } from "./program-file.ts";

/** Translates a program's text. */
export async function asm(file: string, { hex, output, form }: AsmFlags, terminal: Terminal): Promise<ExitCode> {
  const input = readInput(file, terminal);
  const { language, program } = readText(input);
  if (form !== undefined && language === "extended")
    fail("usage", `'${input.name}' is an extended program; --form is for classic ones.`);
  if (language === "extended") refuseExtended(input.name, program.bytes, program.lines);

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
