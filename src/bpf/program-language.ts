import { type ParsedClassicProgram, parseClassicProgram } from "./classic/parser.ts";
import { type AssembledProgram, assembleExtended } from "./isa/assembler/assemble.ts";
import { ProgramTextError } from "./program-text-error.ts";

/** A program's text, read in the language that it is written in. */
export type ProgramText =
  | { readonly language: "classic"; readonly program: ParsedClassicProgram }
  | { readonly language: "extended"; readonly program: AssembledProgram };

/**
 * Reads a program in any form of classic or extended BPF; tells them apart by which one the text makes sense in. Throws
 * ProgramTextError with the problems in the language that more of the text makes sense in.
 */
export function readProgramText(text: string): ProgramText {
  const extended = attempt(() => assembleExtended(text));
  if (!(extended instanceof ProgramTextError) && extended.bytes.length > 0)
    return { language: "extended", program: extended };
  const classic = attempt(() => parseClassicProgram(text));
  if (!(classic instanceof ProgramTextError)) return { language: "classic", program: classic };
  throw extended instanceof ProgramTextError && goesFurther(extended, classic) ? extended : classic;
}

function attempt<T>(read: () => T): T | ProgramTextError {
  try {
    return read();
  } catch (error) {
    if (error instanceof ProgramTextError) return error;
    throw error;
  }
}

/** Has the first fewer lines with problems; or, where they have as many, does its first problem come later? */
function goesFurther(one: ProgramTextError, other: ProgramTextError): boolean {
  const lines = ({ problems }: ProgramTextError) => new Set(problems.map(({ line }) => line)).size;
  const first = ({ problems: [problem] }: ProgramTextError) => problem!.line * 10_000 + problem!.column;
  return lines(one) - lines(other) < 0 || (lines(one) === lines(other) && first(one) >= first(other));
}
