import { decodeClassic } from "../../bpf/classic/encode.ts";
import { formatClassic } from "../../bpf/classic/formatter.ts";
import { disassemble } from "../../bpf/isa/disassembler/disassemble.ts";
import { listObjectProgram } from "../../bpf/object/listing.ts";
import { EXIT, type ExitCode, fail } from "../../errors.ts";
import { printable } from "../../report/printable.ts";
import type { Terminal } from "../command.ts";
import type { DisasmFlags } from "./disasm.ts";
import { choosePrograms, isObject, openObject } from "./object-input.ts";
import { encodedBytes, readInput, refuse, refuseExtended } from "./program-file.ts";

/** Prints a program's bytes as text: also what is wrong with them is printed as far as it goes. */
export async function disasm(file: string, flags: DisasmFlags, terminal: Terminal): Promise<ExitCode> {
  const { syntax, opcodes, numbers, classic } = flags;
  const input = readInput(file, terminal);
  if (isObject(input)) {
    const object = openObject(input, flags);
    const programs = choosePrograms(object, input.name, flags);
    const texts = programs.map((program) =>
      listObjectProgram(program, object, { syntax, numbers, opcodes: opcodes ?? false }, printable),
    );
    terminal.out(texts.join("\n"));
    return EXIT.ok;
  }
  const bytes = encodedBytes(input);
  if (bytes === undefined)
    fail("program-syntax", `'${input.name}' holds neither bytes nor an even number of hexadecimal digits.`, {
      place: { file: input.name },
      hint: "A program's text is translated by 'netsim bpf asm'.",
    });
  if (classic) {
    const instructions = decodeClassic(bytes);
    terminal.out(formatClassic(instructions, "tcpdump-d"));
    const left = bytes.length % 8;
    if (left > 0)
      refuse(input.name, [
        {
          index: instructions.length,
          message: `Instruction ${instructions.length} is cut short: ${left} of its 8 bytes are there.`,
        },
      ]);
    return EXIT.ok;
  }
  terminal.out(disassemble(bytes, { syntax, numbers, opcodes: opcodes ?? false }));
  refuseExtended(input.name, bytes);
  return EXIT.ok;
}
