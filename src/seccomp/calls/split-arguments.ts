const QUOTE = 34;
const BACKSLASH = 92;
const COMMA = 44;
const OPEN = new Set([40, 91, 123]);
const CLOSE = new Set([41, 93, 125]);

/** What stands between the parentheses of a call. */
export interface WrittenArguments {
  readonly arguments: readonly string[];
  /** Where the closing parenthesis is; the text's length where there is none. */
  readonly end: number;
}

/** Splits a list of arguments at its commas, but not inside quotes, brackets and notes, and finds the parenthesis that closes it. */
export function splitArguments(text: string, start: number): WrittenArguments {
  const found: string[] = [];
  let depth = 0;
  let from = start;
  let at = start;
  const end = text.length;
  for (; at < end; at++) {
    const char = text.charCodeAt(at);
    if (char === QUOTE) at = endOfQuote(text, at);
    else if (char === 47 && text.charCodeAt(at + 1) === 42) {
      const close = text.indexOf("*/", at + 2);
      at = close < 0 ? end : close + 1;
    } else if (char === 60 && isFileNote(text, at)) {
      const close = text.indexOf(">", at);
      if (close > 0) at = close;
    } else if (OPEN.has(char)) depth++;
    else if (CLOSE.has(char)) {
      if (depth === 0) break;
      depth--;
    } else if (char === COMMA && depth === 0) {
      found.push(text.slice(from, at).trim());
      from = at + 1;
    }
  }
  const last = text.slice(from, Math.min(at, end)).trim();
  if (last !== "" || found.length > 0) found.push(last);
  return { arguments: found, end: at };
}

/** `3</etc/passwd>`: no shift, no arrow of a resumed call. */
function isFileNote(text: string, at: number): boolean {
  const before = text.charCodeAt(at - 1);
  return before >= 48 && before <= 57 && text.charCodeAt(at + 1) !== 60;
}

function endOfQuote(text: string, start: number): number {
  let at = start + 1;
  for (; at < text.length; at++) {
    const char = text.charCodeAt(at);
    if (char === BACKSLASH) at++;
    else if (char === QUOTE) return at;
  }
  return at;
}
