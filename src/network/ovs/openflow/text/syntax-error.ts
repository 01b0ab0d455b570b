/** A piece of a line: its text, and where it begins there, from 0. */
export interface Piece {
  readonly text: string;
  readonly at: number;
}

/** What is wrong with a flow, group or meter; the message says it as ovs-ofctl does. */
export class FlowSyntaxError extends Error {
  /** Offsets into the line. */
  readonly start: number;
  readonly end: number;
  /** What could stand there instead. */
  readonly hint: string | undefined;

  constructor(message: string, place: Piece, hint?: string) {
    super(message);
    this.name = "FlowSyntaxError";
    this.start = place.at;
    this.end = place.at + place.text.length;
    this.hint = hint;
  }
}

/** A piece of a piece. */
export function pieceOf({ text, at }: Piece, from: number, to = text.length): Piece {
  return { text: text.slice(from, to), at: at + from };
}
