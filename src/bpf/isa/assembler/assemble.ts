import { ProgramTextError, type TextProblem } from "../../program-text-error.ts";
import { type DecodedProgram, decodeProgram } from "../decode.ts";
import { encodeInstruction, upperHalf } from "../encode.ts";
import { INSTRUCTION_BYTES, slotsOf } from "../instruction.ts";
import type { DecodeProblem } from "../problem.ts";
import { writeRaw } from "../raw.ts";
import { Labels, type ProgramReference } from "./labels.ts";
import { emptyNumber, ListingNumbers } from "./listing-numbers.ts";
import { visitLines } from "./source-line.ts";
import { parseStatement, type Statement } from "./statement.ts";
import { StatementError } from "./tokens.ts";

export type { ProgramReference } from "./labels.ts";

/** A program's text, translated. */
export interface AssembledProgram {
  /** The program: 8 bytes an instruction, 16 a 64-bit immediate load, little-endian. */
  readonly bytes: Uint8Array;
  /** What `decodeProgram` makes of `bytes`: one entry a slot. */
  readonly instructions: DecodedProgram["instructions"];
  /** Line of the text, counting from 1, that each slot came from. */
  readonly lines: readonly number[];
  /** Maps and kernel functions that the text names; their immediates are 0 until a loader fills them in. */
  readonly references: readonly ProgramReference[];
}

/**
 * Translates a program's text. Every statement may be in the kernel's syntax (as the verifier, bpftool and LLVM print
 * it) or in the mnemonics of ubpf and bpf_conformance. Labels, listings' instruction numbers and byte columns, verifier
 * annotations, and comments after `;`, `//` and `#` and between the signs of C are understood.
 *
 * Checks each instruction, not the program: use `decodeProgram` for jumps out of it and the like, or ask for
 * `complete`, which reports those too, where they are in the text. Throws ProgramTextError with all problems.
 */
export function assembleExtended(text: string, options: { readonly complete?: boolean } = {}): AssembledProgram {
  const { statements, labels, slots, problems } = readStatements(text);
  const bytes = new Uint8Array(slots * INSTRUCTION_BYTES);
  const lines = new Array<number>(slots).fill(0);
  for (const { statement, index, line } of statements) {
    lines[index] = line;
    if ("raw" in statement) {
      new DataView(bytes.buffer).setBigUint64(index * INSTRUCTION_BYTES, statement.raw, true);
      continue;
    }
    try {
      const instruction = labels.resolve(statement, line);
      writeRaw(bytes, index, encodeInstruction(instruction));
      if (slotsOf(instruction) === 1) continue;
      lines[index + 1] = line;
      writeRaw(bytes, index + 1, { opcode: 0, dst: 0, src: 0, offset: 0, imm: upperHalf(instruction) });
    } catch (error) {
      problems.push(problemOf(error));
    }
  }
  if (problems.length > 0) throw new ProgramTextError(inOrder(problems));

  const decoded = decodeProgram(bytes);
  if (options.complete === true && decoded.problems.length > 0)
    throw new ProgramTextError(decoded.problems.map((problem) => locate(problem, statements)));
  return { bytes, instructions: decoded.instructions, lines, references: labels.references };
}

/** A translated statement, and where it is in the program and in the text. */
interface Placed {
  readonly statement: Statement;
  readonly index: number;
  readonly line: number;
  readonly column: number;
  readonly endColumn: number;
}

/** First pass: translates every statement and finds the labels. */
function readStatements(text: string): {
  statements: Placed[];
  labels: Labels;
  slots: number;
  problems: TextProblem[];
} {
  const statements: Placed[] = [];
  const labels = new Labels();
  const problems: TextProblem[] = [];
  const numbering = new ListingNumbers();
  let slots = 0;
  const openComment = visitLines(text, (source) => {
    for (const label of source.labels) {
      const problem = labels.define(label.name, slots, source.line, label.column);
      if (problem !== undefined) problems.push(problem);
    }
    if (source.text === "") {
      if (source.number !== undefined) problems.push(emptyNumber(source.line, source.number));
      return;
    }
    const misnumbered = numbering.check(source, slots);
    if (misnumbered !== undefined) problems.push(misnumbered);
    const { line, column } = source;
    const index = slots++;
    try {
      const statement = parseStatement(source, index);
      statements.push({ statement, index, line, column, endColumn: column + source.text.length });
      if ("raw" in statement) return;
      if (slotsOf(statement.instruction) === 2) slots++;
      labels.see(statement.instruction);
    } catch (error) {
      problems.push(problemOf(error));
    }
  });
  if (openComment !== undefined)
    problems.push({ ...openComment, endColumn: openComment.column + 2, message: "This comment does not end." });
  return { statements, labels, slots, problems };
}

/** The place in the text of what is wrong with the program. */
function locate({ index, message, hint }: DecodeProblem, statements: readonly Placed[]): TextProblem {
  const { line, column, endColumn } = statements.findLast((placed) => placed.index <= index) ?? START;
  return { line, column, endColumn, message, ...(hint === undefined ? {} : { hint }) };
}

const START = { line: 1, column: 1, endColumn: 1 };

function problemOf(error: unknown): TextProblem {
  if (error instanceof StatementError) return error.problem;
  throw error;
}

function inOrder(problems: readonly TextProblem[]): TextProblem[] {
  return [...problems].sort((a, b) => a.line - b.line || a.column - b.column);
}
