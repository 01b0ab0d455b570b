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
  return stripVTControlCharacters(text).length;
}
