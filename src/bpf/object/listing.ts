import { decodeProgram } from "../isa/decode.ts";
import { type DisassembleOptions, disassemble } from "../isa/disassembler/disassemble.ts";
import { slotsOf } from "../isa/instruction.ts";
import type { ObjectFile, ObjectProgram } from "./object-file.ts";

/**
 * A program of an object as text: each function under its name, each instruction behind the line of C that it is of, as a
 * comment, and maps by their names. @param printable makes text from the object fit for a terminal.
 */
export function listObjectProgram(
  { instructions, functions, lines }: ObjectProgram,
  { maps }: ObjectFile,
  options: Omit<DisassembleOptions, "names">,
  printable: (text: string) => string,
): string {
  const names = { map: ({ imm }: { imm: number }) => maps[imm] && printable(maps[imm].name) };
  const code = disassemble(instructions, { ...options, names }).split("\n");
  const decoded = decodeProgram(instructions).instructions;
  const out: string[] = [];
  let [nextFunction, nextLine, nextCode] = [0, 0, 0];
  for (let slot = 0; slot < decoded.length; slot++) {
    if (functions[nextFunction]?.instruction === slot) out.push(`${printable(functions[nextFunction++]!.name)}:`);
    for (; nextLine < lines.length && lines[nextLine]!.instruction <= slot; nextLine++) {
      const { file, line, column, text } = lines[nextLine]!;
      const place = `${file}:${line}${column > 0 ? `:${column}` : ""}`;
      if (line > 0)
        out.push(printable(`; ${text.trim().replaceAll("\t", " ")}${text.trim() === "" ? "" : "  "}@ ${place}`));
    }
    out.push(code[nextCode++]!);
    const instruction = decoded[slot];
    if (instruction !== null && instruction !== undefined && slotsOf(instruction) === 2) slot++;
  }
  return out.map((line) => `${line}\n`).join("");
}
