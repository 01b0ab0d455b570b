import { ProgramTextError, type TextProblem } from "../program-text-error.ts";
import type { ClassicInstruction } from "./instruction.ts";
import { blankComments } from "./text/comments.ts";
import { type ClassicForm, formOf } from "./text/form.ts";
import type { InstructionLines } from "./text/instruction-lines.ts";
import { readArrayLines, readBytecode, readDecimalLines } from "./text/numeric.ts";
import { readSymbolic } from "./text/symbolic.ts";
import { tokenize } from "./text/token.ts";
import { TokenReader } from "./text/token-reader.ts";

/** A program and where it was read from. */
export interface ParsedClassicProgram {
  readonly instructions: ClassicInstruction[];
  /** Line of each instruction in the text, from 1. */
  readonly lines: number[];
  /** The way in which the text was written. */
  readonly form: ClassicForm;
}

/**
 * Reads a classic program in any of its forms, which it tells apart by itself. Comments may stand in all of them. What
 * comes out is a program that can be written down, not yet one that the kernel takes: see `checkClassic`.
 * Throws ProgramTextError with all problems of the text.
 */
export function parseClassicProgram(text: string): ParsedClassicProgram {
  const problems: TextProblem[] = [];
  const tokens = tokenize(blankComments(text, problems), problems);
  const form = formOf(tokens);
  const program = READERS[form](new TokenReader(tokens, problems));
  if (problems.length === 0 && program.instructions.length === 0)
    problems.push({ line: 1, column: 1, message: "There is no instruction in this text." });
  if (problems.length > 0) throw new ProgramTextError(problems.sort((a, b) => a.line - b.line || a.column - b.column));
  return { ...program, form };
}

const READERS: Record<ClassicForm, (reader: TokenReader) => InstructionLines> = {
  bpf_asm: (reader) => readSymbolic(reader, "bpf_asm"),
  "tcpdump-d": (reader) => readSymbolic(reader, "tcpdump-d"),
  "tcpdump-dd": readArrayLines,
  "tcpdump-ddd": readDecimalLines,
  bytecode: readBytecode,
};
