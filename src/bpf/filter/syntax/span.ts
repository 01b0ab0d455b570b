/** A stretch of an expression's text: from the character at `start` up to, and without, the one at `end`, from 0. */
export interface Span {
  readonly start: number;
  readonly end: number;
}
