import type { ListingHint } from "./draft.ts";

/** A line with everything taken off that is no instruction. Columns count from 1. */
export interface SourceLine {
  readonly line: number;
  /** Labels before the instruction. */
  readonly labels: readonly { readonly name: string; readonly column: number }[];
  /** Instruction number of a listing: `12:`. */
  readonly number?: { readonly value: number; readonly column: number };
  readonly hint: ListingHint;
  /** The instruction; empty where the line has none. */
  readonly text: string;
  /** Column where `text` begins. */
  readonly column: number;
  /** The text after a `;` that follows the instruction without a blank, as a separator would. */
  readonly afterSemicolon?: { readonly text: string; readonly column: number };
}

/** What objdump says of the file. */
const FILE_FORMAT = /:\s+file format \S+$/;
/** Headings of sections and functions, by llvm-objdump and bpftool. */
const HEADING = /^(?:Disassembly of section .*|[A-Za-z_][\w\s*]*\([^()]*\)):$/;
/** `0000000000000010 <name>:` */
const SYMBOL = /^(\s*[0-9a-f]{8,16}\s+<)([^<>]+)>:$/;
const LABEL = /^(\s*)([A-Za-z_.$][\w.$]*)\s*:/;
/** `12: b7 00 00 00 00 00 00 00 r0 = 0`: maybe a number or an address, then one or two slots in hexadecimal. */
const BYTES = /^\s*(?:[0-9a-f]+:\s+)?((?:[0-9a-f]{2}\s){7}[0-9a-f]{2}(?:\s(?:[0-9a-f]{2}\s){7}[0-9a-f]{2})?)\s+(?=\S)/;
const SECOND_HALF = /^\s*[0-9a-f]+:\s+(?:00\s){4}(?:[0-9a-f]{2}\s){3}[0-9a-f]{2}\s*$/;
const NUMBER = /^(\s*)(\d+):\s*/;
/** `(b7) `; before it, at the highest log level, which registers are live. */
const OPCODE = /^\s*(?:[.\d]{10}\s+)?\(([0-9a-f]{2})\)\s*/;
/** Lines of the verifier's log that are about its way through the program: `from 9 to 14: R0=...`, `processed 9 insns`. */
const LOG =
  /^\s*(?:from \d+ to \d+\b.*:.*|\d+: safe|func#\d+ @\d+|processed \d+ insns\b.*|last_idx \d+\b.*|-- (?:BEGIN|END) PROG LOAD LOG --|Validating \S+ func#\d+\.\.\.|Live regs before insn:)\s*$/;
/** What the verifier knows of registers: a line of its own after the number, or the rest of a line. */
const STATE = /(?:^|\s)R\d+(?:_\w+)?=.*$/;
/** `<name>` or `<name+0x10>` after a jump: llvm-objdump's translation of the distance. */
const SYMBOL_NOTE = /(?<=\b(?:goto|gotol|may_goto|call)\s.*)\s<[^<>\s]+>\s*$/;

/**
 * Takes a program's text apart and visits every line that has an instruction or a label. Block comments become blanks,
 * so that columns stay right. Returns where a block comment begins that does not end.
 */
export function visitLines(
  text: string,
  visit: (line: SourceLine) => void,
): { line: number; column: number } | undefined {
  let openComment: { line: number; column: number } | undefined;
  let number = 0;
  for (let code of text.split(/\r\n|\r|\n/)) {
    number++;
    if (openComment !== undefined || code.includes("/*"))
      [code, openComment] = blankComments(code, number, openComment);
    const source = splitLine(code, number);
    if (source !== undefined) visit(source);
  }
  return openComment;
}

function blankComments(
  code: string,
  line: number,
  open: { line: number; column: number } | undefined,
): [string, { line: number; column: number } | undefined] {
  let result = "";
  let at = 0;
  let inside = open;
  while (at < code.length) {
    const next = code.indexOf(inside === undefined ? "/*" : "*/", at);
    const end = next < 0 ? code.length : next;
    result += inside === undefined ? code.slice(at, end) : " ".repeat(end - at);
    if (next < 0) return [result, inside];
    result += "  ";
    inside = inside === undefined ? { line, column: next + 1 } : undefined;
    at = next + 2;
  }
  return [result, inside];
}

const NO_LABELS: SourceLine["labels"] = [];
const NO_HINT: ListingHint = {};

/** Undefined where nothing is left. */
function splitLine(code: string, line: number): SourceLine | undefined {
  const comment = commentStart(code);
  let text = code.slice(0, comment);
  const trimmed = text.trimEnd();
  if (trimmed === "" || FILE_FORMAT.test(trimmed) || LOG.test(trimmed)) return undefined;
  if (trimmed.endsWith(":")) {
    if (HEADING.test(trimmed)) return undefined;
    const symbol = SYMBOL.exec(trimmed);
    if (symbol !== null) {
      const label = { name: symbol[2]!, column: symbol[1]!.length + 1 };
      return { line, labels: [label], hint: NO_HINT, text: "", column: text.length + 1 };
    }
  }

  let column = 1;
  const cut = (length: number): void => {
    text = text.slice(length);
    column += length;
  };
  let hint = NO_HINT;
  let number: SourceLine["number"];
  // GNU objdump puts the second half of a 64-bit immediate on a line of its own, without an instruction.
  if (SECOND_HALF.test(text)) return undefined;
  const bytes = BYTES.exec(text);
  if (bytes !== null) {
    hint = { opcode: Number.parseInt(bytes[1]!.slice(0, 2), 16), src: Number.parseInt(bytes[1]!.charAt(3), 16) };
    cut(bytes[0].length);
  } else {
    const match = NUMBER.exec(text);
    if (match !== null) {
      number = { value: Number(match[2]), column: match[1]!.length + 1 };
      cut(match[0].length);
      if (STATE.exec(text)?.index === 0) return undefined;
    }
    const opcode = OPCODE.exec(text);
    if (opcode !== null) {
      hint = { opcode: Number.parseInt(opcode[1]!, 16) };
      cut(opcode[0].length);
    }
  }

  let labels = NO_LABELS;
  for (let match = LABEL.exec(text); match !== null; match = LABEL.exec(text)) {
    labels = [...labels, { name: match[2]!, column: column + match[1]!.length }];
    cut(match[0].length);
  }
  cut(text.length - text.trimStart().length);
  text = text.replace(STATE, "").replace(SYMBOL_NOTE, "").trimEnd();
  const attached = code[comment] === ";" && /\S/.test(code[comment - 1] ?? " ");
  return {
    line,
    labels,
    ...(number === undefined ? {} : { number }),
    hint,
    text,
    column,
    ...(attached ? { afterSemicolon: { text: code.slice(comment + 1), column: comment + 2 } } : {}),
  };
}

/**
 * Where a comment to the end of the line begins: at `;` or `//`, or at `#` where a blank or nothing comes before it.
 */
function commentStart(code: string): number {
  for (let i = 0; i < code.length; i++) {
    const character = code[i];
    if (character === ";") return i;
    if (character === "/" && code[i + 1] === "/") return i;
    if (character === "#" && /^\s?$/.test(code[i - 1] ?? "")) return i;
  }
  return code.length;
}
