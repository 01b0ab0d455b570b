/** A word of a command, and where it begins in its text. */
export interface Word {
  readonly text: string;
  readonly at: number;
}

/** Something is wrong with a word of a command. */
export class WordError extends Error {
  /** The word; undefined: one is missing at the end. */
  readonly word: Word | undefined;
  /** A full sentence on what is possible. */
  readonly hint: string | undefined;

  constructor(message: string, word?: Word, hint?: string) {
    super(message);
    this.name = "WordError";
    this.word = word;
    this.hint = hint;
  }
}

/** The words of a command, as a shell would part them: spaces, and quotes that hold words together. */
export class Words {
  private readonly words: readonly Word[];
  private next = 0;

  constructor(text: string) {
    this.words = [...text.matchAll(/"([^"]*)"|'([^']*)'|[^\s"']+/g)].map((match) => ({
      text: match[1] ?? match[2] ?? match[0],
      at: match.index,
    }));
  }

  /** The next word, left where it is; undefined at the end. */
  get peek(): Word | undefined {
    return this.words[this.next];
  }

  /** Takes the next word, of which `what` says what it is. Throws a WordError where there is none. */
  take(what: string): Word {
    const word = this.words[this.next++];
    if (word === undefined) throw new WordError(`The command ends where ${what} should follow.`);
    return word;
  }

  /** Throws a WordError where there is another word. */
  end(): void {
    const word = this.peek;
    if (word !== undefined) throw new WordError(`'${word.text}' has no meaning here.`, word);
  }

  /** Takes the next word where it is one of these. */
  accept(...texts: readonly string[]): Word | undefined {
    const word = this.peek;
    if (word === undefined || !texts.includes(word.text)) return undefined;
    this.next++;
    return word;
  }

  /** Reads the next word. What `parse` throws is told as an error of that word. */
  read<T>(what: string, parse: (text: string) => T): T {
    const word = this.take(what);
    try {
      return parse(word.text);
    } catch (error) {
      if (error instanceof WordError || !(error instanceof Error)) throw error;
      throw new WordError(error.message, word, (error as { hint?: string }).hint);
    }
  }
}
