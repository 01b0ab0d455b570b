import type { AttachmentModel } from "../../model.ts";
import { type Word, WordError, type Words } from "../../tc-command/words.ts";
import type { CommandPlace } from "./command-place.ts";
import type { TcScope } from "./scope.ts";

/** The words that say which program a filter or action has. */
export class ProgramWords {
  shown = "";
  private readonly scope: TcScope;
  private readonly place: CommandPlace;
  private object: Word | undefined;
  private section: string;
  private bytecode: Word | undefined;

  constructor(scope: TcScope, place: CommandPlace, section: string) {
    this.scope = scope;
    this.place = place;
    this.section = section;
  }

  /** Takes what is next, where it is about a program. */
  read(words: Words): boolean {
    const word = words.peek;
    if (words.accept("obj", "object-file", "object")) this.object = words.take("the object file");
    else if (words.accept("sec", "section")) this.section = words.take("the section").text;
    else if (words.accept("bytecode", "bc")) this.bytecode = words.take("the bytecode");
    else if (
      word !== undefined &&
      ["bytecode-file", "bcf", "pinned", "object-pinned", "export", "uds_url", "program"].includes(word.text)
    )
      throw new WordError(
        `\`${word.text}\` is not simulated.`,
        word,
        "Programs come from `obj` and `sec`, or from `bytecode`.",
      );
    else return false;
    return true;
  }

  get isGiven(): boolean {
    return (this.object ?? this.bytecode) !== undefined;
  }

  /** The program where a hook has it; undefined: there is none, or it cannot be read, which is told. */
  attachment(hookPlace: "tc-filter" | "tc-action"): AttachmentModel | undefined {
    const word = this.object ?? this.bytecode;
    if (word === undefined) return undefined;
    const { context } = this.place;
    const span = this.place.spanOf(word);
    const program =
      this.object === undefined
        ? this.scope.programs.inCommand("classic", word.text.split(",").join("\n"), {}, span)
        : this.scope.programs.inCommand("object", word.text, { section: this.section }, span);
    this.shown =
      this.object === undefined
        ? `bytecode '${word.text
            .split(",")
            .map((part) => part.trim())
            .filter((part) => part !== "")
            .join(",")}'`
        : `${word.text.slice(word.text.lastIndexOf("/") + 1)}:[${this.section}]`;
    const hook = this.scope.hooks.find(({ place }) => place === hookPlace)!;
    return program === undefined
      ? undefined
      : { hook: hook.name, program, options: undefined, place: context.place(span) };
  }
}
