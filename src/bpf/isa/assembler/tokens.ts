import type { TextProblem } from "../../program-text-error.ts";

/** A word of a statement. */
export interface Token {
  readonly kind: "name" | "number" | "mark" | "end";
  readonly text: string;
  /** Columns count from 1; `endColumn` is the one after the last character. */
  readonly column: number;
  readonly endColumn: number;
}

/** Stops the translation of one statement; the next statement is translated all the same. */
export class StatementError extends Error {
  readonly problem: TextProblem;

  constructor(problem: TextProblem) {
    super(problem.message);
    this.problem = problem;
  }
}

/**
 * A blank, or a word: a name (`%r0` is one), a number (or what begins like one), an operator. Operators of the kernel's
 * syntax for signed numbers begin with the letter s: `s>>=`, `s<`, `s/=`.
 */
const WORD =
  /\s+|(s(?:>>=|[<>]=?|[/%]=)|<<=|>>=|[+\-*/%|&^=!<>]=)|(%?[A-Za-z_.$][\w.$]*)|(\d\w*)|([-+*/%|&^=!<>()[\],:#])/y;

/** What slides and web pages make of a minus. */
const DASH = /[\u2010-\u2013\u2212]/g;

/**
 * Cuts one statement into words; `column` is where its text begins in line `line`. Throws StatementError at a character
 * of no word.
 */
export function tokenize(source: string, line: number, column: number): Token[] {
  const text = source.replace(DASH, "-");
  const tokens: Token[] = [];
  WORD.lastIndex = 0;
  let at = 0;
  while (at < text.length) {
    const match = WORD.exec(text);
    if (match === null)
      throw new StatementError({
        line,
        column: column + at,
        endColumn: column + at + 1,
        message: `The character '${text[at]}' does not belong to an instruction.`,
      });
    const [word, operator, name, number] = match;
    const end = at + word.length;
    if (name !== undefined) tokens.push({ kind: "name", text: word, column: column + at, endColumn: column + end });
    else if (number !== undefined)
      tokens.push({ kind: "number", text: word, column: column + at, endColumn: column + end });
    else if (operator !== undefined || word.trim() !== "")
      tokens.push({ kind: "mark", text: word, column: column + at, endColumn: column + end });
    at = end;
  }
  return text.includes("(u32)") ? withoutCasts(tokens) : tokens;
}

/** Before 5.0 the kernel wrote lower halves as casts: `(u32) r1 += (u32) 7` is `w1 += 7`. */
function withoutCasts(tokens: readonly Token[]): Token[] {
  const result: Token[] = [];
  for (let i = 0; i < tokens.length; i++) {
    const cast = tokens[i]!;
    const operand = tokens[i + 3];
    if (cast.text !== "(" || tokens[i + 1]?.text !== "u32" || tokens[i + 2]?.text !== ")" || operand === undefined) {
      result.push(cast);
      continue;
    }
    result.push({ ...operand, text: operand.text.replace(/^r(?=\d+$)/, "w"), column: cast.column });
    i += 3;
  }
  return result;
}
