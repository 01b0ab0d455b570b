import type { TextProblem } from "../../program-text-error.ts";

/** A word, number or sign of a program's text. Lines and columns count from 1. */
export interface Token {
  readonly kind: "word" | "number" | "sign" | "end";
  readonly text: string;
  readonly line: number;
  readonly column: number;
  /** Column after its last character. */
  readonly endColumn: number;
  /** True for the first one of its line. */
  readonly startsLine: boolean;
}

const TOKEN = /([A-Za-z_]\w*)|([0-9]\w*)|([:,#%[\](){}+\-*&])|(\S)/g;

/** Splits text without comments into its tokens; the last one has the kind `end`. */
export function tokenize(text: string, problems: TextProblem[]): Token[] {
  const tokens: Token[] = [];
  const lines = text.split("\n");
  for (const [i, content] of lines.entries()) {
    let startsLine = true;
    for (const match of content.matchAll(TOKEN)) {
      const [found, word, number, , stray] = match;
      const place = { line: i + 1, column: match.index + 1, endColumn: match.index + 1 + found.length };
      if (stray !== undefined) {
        problems.push({ ...place, message: `The character '${found}' means nothing in a classic BPF program.` });
        continue;
      }
      const kind = word !== undefined ? "word" : number !== undefined ? "number" : "sign";
      tokens.push({ kind, text: found, ...place, startsLine });
      startsLine = false;
    }
  }
  const column = lines.at(-1)!.length + 1;
  tokens.push({ kind: "end", text: "", line: lines.length, column, endColumn: column, startsLine: true });
  return tokens;
}

/** Value of a number as C and bpf_asm write it: decimal, 0x hexadecimal, 0b binary, 0 octal; undefined for anything else. */
export function numberValue(text: string): number | undefined {
  if (/^0x[0-9a-f]+$/i.test(text) || /^0b[01]+$/i.test(text)) return Number(text);
  if (/^0[0-7]+$/.test(text)) return Number.parseInt(text, 8);
  return /^(0|[1-9][0-9]*)$/.test(text) ? Number(text) : undefined;
}
