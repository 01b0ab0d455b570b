/** Columns that a level is indented by. */
const INDENT = 4;

/**
 * Writes JSON as bpftool does, piece by piece. Pretty text breaks lines before names and at ends, not between the elements of an
 * array.
 */
export class JsonWriter {
  private readonly pieces: string[] = [];
  private readonly pretty: boolean;
  private depth = 0;
  /** Something stands before what comes next on this level. */
  private separator = "";

  constructor(pretty: boolean) {
    this.pretty = pretty;
  }

  begin(bracket: "[" | "{"): void {
    this.next();
    this.pieces.push(bracket);
    this.depth++;
    this.separator = "";
  }

  end(bracket: "]" | "}"): void {
    this.depth--;
    if (this.separator !== "") this.breakLine();
    this.pieces.push(bracket);
    this.separator = ",";
  }

  name(name: string): void {
    this.next();
    this.breakLine();
    this.separator = "";
    this.pieces.push(quoted(name), this.pretty ? ": " : ":");
  }

  string(text: string): void {
    this.raw(quoted(text));
  }

  /** Something that is written as it stands. */
  raw(text: string): void {
    this.next();
    this.pieces.push(text);
  }

  /** What was written, with the end of a line. */
  get text(): string {
    return `${this.pieces.join("")}\n`;
  }

  private next(): void {
    this.pieces.push(this.separator);
    this.separator = ",";
  }

  private breakLine(): void {
    if (this.pretty) this.pieces.push("\n", " ".repeat(INDENT * this.depth));
  }
}

const ESCAPES: Readonly<Record<string, string>> = {
  "\t": "\\t",
  "\n": "\\n",
  "\r": "\\r",
  "\f": "\\f",
  "\b": "\\b",
  "\\": "\\\\",
  '"': '\\"',
};

const quoted = (text: string): string => `"${text.replace(/[\t\n\r\f\b\\"]/g, (character) => ESCAPES[character]!)}"`;
