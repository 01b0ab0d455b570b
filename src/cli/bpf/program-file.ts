import { writeFileSync } from "node:fs";
import { checkClassic } from "../../bpf/classic/checker.ts";
import type { ClassicInstruction } from "../../bpf/classic/instruction.ts";
import { parseClassicProgram } from "../../bpf/classic/parser.ts";
import type { ProgramReference } from "../../bpf/isa/assembler/assemble.ts";
import { decodeProgram } from "../../bpf/isa/decode.ts";
import { ignoredFields } from "../../bpf/isa/forms/ignored.ts";
import type { ObjectFile, ObjectProgram } from "../../bpf/object/object-file.ts";
import { type ProgramText, readProgramText } from "../../bpf/program-language.ts";
import { ProgramTextError } from "../../bpf/program-text-error.ts";
import { compileSource } from "../../c-compiler/compile.ts";
import { fail, NetsimError } from "../../errors.ts";
import { failAsFileError } from "../../packet/capture/file-error.ts";
import { readTextFile } from "../../topology/document.ts";
import { STANDARD_INPUT, type Terminal } from "../command.ts";
import { showDiagnostics } from "../show-failure.ts";
import { chooseProgram, isObject, openObject, requireLittleEndian } from "./object-input.ts";
import type { ObjectFlags } from "./object-options.ts";

/** A file's content; `-` is standard input. */
export interface InputFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** A program that a file holds, ready to be run or written. */
export type FileProgram =
  | { readonly language: "classic"; readonly instructions: readonly ClassicInstruction[] }
  | {
      readonly language: "extended";
      readonly bytes: Uint8Array;
      /** Maps and kernel functions that its text names. */
      readonly references: readonly ProgramReference[];
      /** Where it comes from, if that is an object. */
      readonly from?: { readonly object: ObjectFile; readonly program: ObjectProgram };
    };

/** Bytes of the largest program text or program that is read; Linux takes a million instructions of 8 bytes. */
const LARGEST = 64 << 20;

/** Reads a file; of a C source (`.c`) the object that the compiler makes of it. Throws a NetsimError. */
export function readInput(file: string, terminal: Terminal): InputFile {
  if (file === "-") return { name: STANDARD_INPUT, bytes: terminal.input() };
  if (file.endsWith(".c")) {
    readTextFile(file, LARGEST);
    const { object, warnings } = compileSource(file);
    if (warnings.length > 0) showDiagnostics(warnings, terminal);
    return { name: file, bytes: object };
  }
  return { name: file, bytes: readTextFile(file, LARGEST) };
}

/** Writes a file. Throws a NetsimError `file-unwritable`. */
export function writeOutput(file: string, bytes: Uint8Array): void {
  try {
    writeFileSync(file, bytes);
  } catch (error) {
    failAsFileError(error, "file-unwritable", file);
  }
}

/** Reads a program's text in any language. Throws a NetsimError `program-syntax`. */
export function readText({ name, bytes }: InputFile): ProgramText {
  return orSyntaxProblems(name, () => readProgramText(decodeText(name, bytes)));
}

/** Reads a classic program's text and checks it as the kernel does. Throws a NetsimError. */
export function readClassic({ name, bytes }: InputFile): readonly ClassicInstruction[] {
  const program = orSyntaxProblems(name, () => parseClassicProgram(decodeText(name, bytes)));
  refuseClassic(name, program.instructions, program.lines);
  return program.instructions;
}

/**
 * Reads a program: text in any language; hexadecimal digits or bytes, which are extended; or one of an object's programs.
 * Throws a NetsimError.
 */
export function readProgram(input: InputFile, flags: ObjectFlags = {}): FileProgram {
  if (isObject(input)) {
    const object = openObject(input, flags);
    requireLittleEndian(object, input.name);
    const program = chooseProgram(object, input.name, flags);
    return { language: "extended", bytes: program.instructions, references: [], from: { object, program } };
  }
  const encoded = encodedBytes(input);
  if (encoded !== undefined) {
    refuseExtended(input.name, encoded);
    return { language: "extended", bytes: encoded, references: [] };
  }
  const text = readText(input);
  if (text.language === "classic") {
    refuseClassic(input.name, text.program.instructions, text.program.lines);
    return { language: "classic", instructions: text.program.instructions };
  }
  refuseExtended(input.name, text.program.bytes, text.program.lines);
  return { language: "extended", bytes: text.program.bytes, references: text.program.references };
}

/** A program's bytes, where the file holds them as they are or as hexadecimal digits; undefined where it is other text. */
export function encodedBytes({ name, bytes }: InputFile): Uint8Array | undefined {
  if (isObject({ name, bytes }))
    fail("unsupported", `'${name}' is an ELF object, which this command does not take.`, {
      hint: "'netsim bpf disasm', 'verify', 'run' and 'jit' take objects.",
    });
  if (isBinary(bytes)) return bytes;
  return parseHex(Buffer.from(bytes).toString("latin1"));
}

/**
 * Bytes of hexadecimal digits in pairs, with white space, commas, quotes, `0x` (then one digit may do) and `\x` between them;
 * undefined for anything else.
 */
export function parseHex(text: string): Uint8Array | undefined {
  const digits = text.replace(/0x([\da-f])(?![\da-f])/gi, "0$1").replace(/0x|\\x|[\s,"]/gi, "");
  if (digits.length % 2 !== 0 || !/^[\da-f]*$/i.test(digits) || digits === "") return undefined;
  return Uint8Array.from(Buffer.from(digits, "hex"));
}

/** Text has no control characters but white space. */
function isBinary(bytes: Uint8Array): boolean {
  return bytes.some((byte) => byte < 9 || (byte > 13 && byte < 32));
}

function decodeText(name: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    fail("program-syntax", `'${name}' is no text in UTF-8.`, { place: { file: name } });
  }
}

function orSyntaxProblems<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ProgramTextError)) throw error;
    throw new NetsimError(
      error.problems.map(({ line, column, endColumn, message, hint }) => ({
        code: "program-syntax",
        severity: "error",
        message,
        place: { file, line, column, ...(endColumn === undefined ? {} : { endColumn }) },
        ...(hint === undefined ? {} : { hint }),
      })),
    );
  }
}

/** Why a program cannot be taken, by instruction. */
export interface InstructionProblem {
  readonly index: number;
  readonly message: string;
  readonly hint?: string;
}

/** Throws a NetsimError `program-rejected`. @param lines line of each instruction, where the program is text. */
export function refuse(file: string, problems: readonly InstructionProblem[], lines: readonly number[] = []): never {
  throw new NetsimError(
    problems.map(({ index, message, hint }) => {
      const line = lines[index] ?? lines.at(-1);
      return {
        code: "program-rejected",
        severity: "error",
        message,
        place: { file, ...(line === undefined ? {} : { line }) },
        ...(hint === undefined ? {} : { hint }),
      };
    }),
  );
}

/** Checks what needs no analysis of the program: see `decodeProgram`; and reserved fields that Linux ignores. */
export function refuseExtended(file: string, bytes: Uint8Array, lines?: readonly number[]): void {
  const { instructions, problems } = decodeProgram(bytes);
  const all = [...problems, ...ignoredFields(bytes, instructions)].sort((a, b) => a.index - b.index);
  if (all.length > 0) refuse(file, all, lines);
}

function refuseClassic(file: string, instructions: readonly ClassicInstruction[], lines: readonly number[]): void {
  const problems = checkClassic(instructions);
  if (problems.length > 0) refuse(file, problems, lines);
}
