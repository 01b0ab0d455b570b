/** Something is wrong with an option of a part that has options of its own. */
export class OptionError extends Error {
  /** Key of the option. */
  readonly key: string;
  /** A full sentence on what is possible. */
  readonly hint: string | undefined;
  /** The class that it is an option of, 32 bits; undefined where it is the part's own. */
  readonly classid: number | undefined;

  constructor(key: string, message: string, hint?: string, classid?: number) {
    super(message);
    this.name = "OptionError";
    this.key = key;
    this.hint = hint;
    this.classid = classid;
  }
}

/** An option is not there that the schema requires, which tells it. */
export class MissingOption extends OptionError {
  constructor(key: string) {
    super(key, `\`${key}\` is missing.`);
    this.name = "MissingOption";
  }
}
