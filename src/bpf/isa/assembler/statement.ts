import { nearestName } from "../../nearest-name.ts";
import { encodeInstruction } from "../encode.ts";
import { Cursor } from "./cursor.ts";
import type { Draft } from "./draft.ts";
import { atKernelStatement, KERNEL_WORDS, parseKernelStatement } from "./kernel-syntax.ts";
import { parseMnemonicStatement } from "./mnemonic-syntax.ts";
import { MNEMONICS } from "./mnemonics.ts";
import type { SourceLine } from "./source-line.ts";
import { StatementError, type Token } from "./tokens.ts";

/** An instruction, or a slot given as a number with `.8byte`. */
export type Statement = Draft | { readonly raw: bigint };

/** Translates the instruction of a line, which comes to lie in slot `index`. Throws StatementError. */
export function parseStatement(source: SourceLine, index: number): Statement {
  const cursor = new Cursor(source.text, source.line, source.column);
  const first = cursor.peek();
  if (first.text === ".8byte" || first.text === ".quad") {
    cursor.take();
    const raw = cursor.integer64("the instruction");
    cursor.expectEnd();
    return { raw };
  }
  const draft = parseInstruction(cursor, index, source);
  cursor.expectEnd();
  if (source.hint.opcode !== undefined) checkOpcode(cursor, first, source, draft);
  refuseSecondStatement(source, index);
  return draft;
}

function parseInstruction(cursor: Cursor, index: number, source: SourceLine): Draft {
  if (atKernelStatement(cursor)) return parseKernelStatement(cursor, index, source.hint);
  const first = cursor.peek();
  if (MNEMONICS.has(first.text)) return parseMnemonicStatement(cursor, index);
  const near = nearestName(first.text, [...MNEMONICS.keys(), ...KERNEL_WORDS]);
  cursor.fail(first, `There is no instruction '${first.text}'.`, near && `Did you mean '${near}'?`);
}

function checkOpcode(cursor: Cursor, first: Token, { hint, text, column }: SourceLine, draft: Draft): void {
  const { opcode } = encodeInstruction(draft.instruction);
  if (hint.opcode === opcode) return;
  cursor.fail(
    { ...first, endColumn: column + text.length },
    `The listing gives opcode ${hex(hint.opcode!)}, but this text is opcode ${hex(opcode)}.`,
    "Leave the listing's columns out after editing it.",
  );
}

/**
 * `r0 = 0; exit`: to LLVM's assembler the semicolon separates, here a comment begins, and the second instruction would
 * be lost.
 */
function refuseSecondStatement({ afterSemicolon, line }: SourceLine, index: number): void {
  if (afterSemicolon === undefined || afterSemicolon.text.trim() === "") return;
  const { text, column } = afterSemicolon;
  try {
    const cursor = new Cursor(text, line, column);
    if (!atKernelStatement(cursor) && !MNEMONICS.has(cursor.peek().text)) return;
    parseInstruction(cursor, index, { line, labels: [], hint: {}, text, column });
    cursor.expectEnd();
  } catch (error) {
    if (error instanceof StatementError) return;
    throw error;
  }
  throw new StatementError({
    line,
    column: column - 1,
    endColumn: column,
    message: "A comment begins at ';', so the instruction after it would not count.",
    hint: "Put each instruction on a line of its own, or a blank before the ';' of a comment.",
  });
}

function hex(opcode: number): string {
  return `0x${opcode.toString(16).padStart(2, "0")}`;
}
