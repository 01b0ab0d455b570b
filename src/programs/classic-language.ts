import { checkClassic } from "../bpf/classic/checker.ts";
import { parseClassicProgram } from "../bpf/classic/parser.ts";
import { ProgramTextError } from "../bpf/program-text-error.ts";
import { type Diagnostic, NetsimError, type Place } from "../errors.ts";
import type { ProgramSource } from "../topology/model.ts";
import type { LoadedProgram, ProgramLanguage } from "./language.ts";

/** Classic BPF as text: bpf_asm, what tcpdump -d, -dd and -ddd print, or the bytecode of tc and xt_bpf. */
export const classicLanguage: ProgramLanguage = {
  name: "classic",
  description:
    "Classic BPF: a file's path, or the text itself, in bpf_asm's syntax or as tcpdump -d, -dd or -ddd prints it.",
  schema: { type: "string", minLength: 1 },

  load(source: ProgramSource): LoadedProgram {
    const { instructions, lines } = parse(source);
    const problems = checkClassic(instructions);
    if (problems.length > 0)
      throw new NetsimError(
        problems.map(({ index, message, hint }) => ({
          code: "program-rejected",
          severity: "error",
          message: `The kernel would refuse program '${source.name}': ${message}`,
          place: placeIn(source, lines[index] ?? 1),
          ...(hint === undefined ? {} : { hint }),
        })),
      );
    return { type: "classic", name: source.name, instructions };
  },
};

function parse(source: ProgramSource): ReturnType<typeof parseClassicProgram> {
  try {
    return parseClassicProgram(source.text);
  } catch (error) {
    if (!(error instanceof ProgramTextError)) throw error;
    throw new NetsimError(
      error.problems.map(
        ({ line, column, endColumn, message, hint }): Diagnostic => ({
          code: "program-syntax",
          severity: "error",
          message,
          place: placeIn(source, line, column, endColumn),
          ...(hint === undefined ? {} : { hint }),
        }),
      ),
    );
  }
}

/** A position in the program's text as one in the file that holds it. */
function placeIn(source: ProgramSource, line: number, column?: number, endColumn?: number): Place {
  const { place } = source;
  // Of a text in quotes only the whole is shown: escapes and folding move what is in it.
  if (source.file === place.file && source.lineOffset + 1 === place.line) return place;
  return {
    file: source.file,
    line: line + source.lineOffset,
    ...(column === undefined ? {} : { column }),
    ...(endColumn === undefined ? {} : { endColumn }),
  };
}
