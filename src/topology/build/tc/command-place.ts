import type { Word } from "../../tc-command/words.ts";
import type { Span } from "../../yaml/source-text.ts";
import type { BuildContext } from "../context.ts";

/** Where a command's words stand in the file. */
export class CommandPlace {
  readonly context: BuildContext;
  private readonly text: string;
  private readonly span: Span;

  constructor(context: BuildContext, text: string, span: Span) {
    this.context = context;
    this.text = text;
    this.span = span;
  }

  /** The word's own place, where the file has the text as it is; else that of the whole text. */
  spanOf(word: Word | undefined): Span {
    const { start, end } = this.span;
    const begin = this.context.source.text.slice(start, end).indexOf(this.text);
    if (begin < 0) return this.span;
    const at = start + begin;
    return word === undefined
      ? { start: at + this.text.length - 1, end: at + this.text.length }
      : { start: at + word.at, end: at + word.at + word.text.length };
  }

  /** The first word with that text. */
  find(text: string): Word | undefined {
    const at = this.text.indexOf(text);
    return at < 0 ? undefined : { text, at };
  }

  tell(message: string, word: Word | undefined, hint: string | undefined): void {
    this.context.problem("schema-value", this.spanOf(word), message, hint);
  }
}
