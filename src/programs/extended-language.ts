import { type AssembledProgram, assembleExtended } from "../bpf/isa/assembler/assemble.ts";
import { decodeProgram } from "../bpf/isa/decode.ts";
import { PROGRAM_TYPES } from "../bpf/program-type.ts";
import type { ProgramSource } from "../topology/model.ts";
import type { LoadedProgram, ProgramLanguage } from "./language.ts";
import { orSyntaxErrors, placeInText, refuseProgram } from "./program-text.ts";

/** Extended BPF as text: the kernel's syntax, as the verifier, bpftool and LLVM print it, or mnemonics. */
export const extendedLanguage: ProgramLanguage = {
  name: "extended",
  description: "Extended BPF: a file's path, or the text itself, as the verifier, bpftool and LLVM write it.",
  schema: { type: "string", minLength: 1 },
  options: {
    type: {
      enum: PROGRAM_TYPES.map(({ name }) => name),
      description: "Type of the program, as bpftool names it. Default: that of the hook it is attached to.",
    },
    license: {
      type: "string",
      description: "Licence that the program declares, which decides over some helpers. Default GPL.",
    },
  },

  load(source: ProgramSource): LoadedProgram {
    const { bytes, lines, references } = assemble(source);
    const { name, options } = source;
    return {
      form: "extended",
      type: options.type as string | undefined,
      name,
      bytes,
      license: (options.license as string | undefined) ?? "GPL",
      maps: references
        .filter(({ kind }) => kind === "map")
        .map(({ name: map, index, line, column, endColumn }) => ({
          map,
          slot: index,
          place: placeInText(source, line, column, endColumn),
        })),
      kernelFunctions: references
        .filter(({ kind }) => kind === "kernel-function")
        .map(({ name: called, index }) => ({ name: called, instructions: [index] })),
      placeOf: (slot) => placeInText(source, lines[slot] ?? lines.at(-1) ?? 1),
    };
  },
};

function assemble(source: ProgramSource): AssembledProgram {
  const assembled = orSyntaxErrors(source, () => assembleExtended(source.text));
  const { problems } = decodeProgram(assembled.bytes);
  const { lines } = assembled;
  if (problems.length > 0) refuseProgram(source, problems, (slot) => lines[slot] ?? lines.at(-1) ?? 1);
  return assembled;
}
