import type { SocketReader } from "../network/socket/socket.ts";

/** Packets of one socket whose lengths an expectation lists: one more is kept, to tell that there were too many. */
const SPARE = 1;

/** Remembers of a socket's packets what the expectations about it ask for, and no more. */
export class ReceivedLog implements SocketReader {
  /** Lengths of the first packets received. */
  readonly lengths: number[] = [];
  /** For each searched text, whether some packet has contained it. */
  readonly found: boolean[];
  private readonly keep: number;
  private readonly texts: readonly Uint8Array[];

  /** @param expectedLengths how many lengths are compared. */
  constructor(expectedLengths: number, texts: readonly Uint8Array[]) {
    this.keep = expectedLengths === 0 ? 0 : expectedLengths + SPARE;
    this.texts = texts;
    this.found = texts.map(() => false);
  }

  read(_packet: unknown, bytes: Uint8Array, at: number, length: number): void {
    if (this.lengths.length < this.keep) this.lengths.push(length);
    this.texts.forEach((text, i) => {
      this.found[i] ||= contains(bytes, at, length, text);
    });
  }
}

function contains(bytes: Uint8Array, at: number, length: number, text: Uint8Array): boolean {
  const last = at + length - text.length;
  for (let start = at; start <= last; start++) {
    let i = 0;
    while (i < text.length && bytes[start + i] === text[i]) i++;
    if (i === text.length) return true;
  }
  return false;
}
