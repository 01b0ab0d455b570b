import { stripVTControlCharacters } from "node:util";

type Painter = (text: string) => string;

/** Colours for terminals; without colour each gives its text back. */
export interface Paint {
  readonly bold: Painter;
  readonly dim: Painter;
  readonly red: Painter;
  readonly green: Painter;
  readonly yellow: Painter;
  readonly cyan: Painter;
}

/** SGR parameters (ECMA-48, section 8.3.117) that begin and end each style. */
const STYLES = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
} as const;

export function painter(color: boolean): Paint {
  const style =
    ([on, off]: readonly [number, number]): Painter =>
    (text) =>
      color ? `\u001b[${on}m${text}\u001b[${off}m` : text;
  return {
    bold: style(STYLES.bold),
    dim: style(STYLES.dim),
    red: style(STYLES.red),
    green: style(STYLES.green),
    yellow: style(STYLES.yellow),
    cyan: style(STYLES.cyan),
  };
}

/** Columns that a text takes on a terminal. */
export function visibleLength(text: string): number {
  const shown = stripVTControlCharacters(text);
  if (/^[ -~]*$/.test(shown)) return shown.length;
  let columns = 0;
  for (const character of shown) columns += NO_COLUMN.test(character) ? 0 : TWO_COLUMNS.test(character) ? 2 : 1;
  return columns;
}

/** Marks that stand on the character before them, and characters that only steer. */
const NO_COLUMN = /[\p{Mn}\p{Me}\p{Cf}]/u;
/** Characters that terminals show twice as wide (Unicode Standard Annex 11). */
const TWO_COLUMNS =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\u3000-\u303e\uff01-\uff60\uffe0-\uffe6]/u;
