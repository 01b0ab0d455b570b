import type { TcChange } from "../../model.ts";
import { OptionError } from "../../quantity/option-error.ts";
import { WordError, Words } from "../../tc-command/words.ts";
import type { Span } from "../../yaml/source-text.ts";
import type { YamlValue } from "../../yaml/value.ts";
import type { BuildContext } from "../context.ts";
import { ClassCommand } from "./class-command.ts";
import { CommandPlace } from "./command-place.ts";
import type { TcDraft } from "./drafts.ts";
import { FilterCommand } from "./filter-command.ts";
import { QdiscCommand } from "./qdisc-command.ts";
import type { TcScope } from "./scope.ts";

const OBJECTS = ["qdisc", "class", "filter"] as const;

/** Does what commands of tc(8) say to the drafts of a node, one after another; tells what is wrong with each. */
export class TcCommands {
  private readonly context: BuildContext;
  private readonly commands: Readonly<
    Record<(typeof OBJECTS)[number], { run(words: Words, at: CommandPlace): TcChange[] }>
  >;

  constructor(draft: TcDraft, scope: TcScope, context: BuildContext) {
    this.context = context;
    this.commands = {
      qdisc: new QdiscCommand(draft, scope),
      class: new ClassCommand(draft, scope),
      filter: new FilterCommand(draft, scope),
    };
  }

  /** Runs the command, or the commands in the lines, that a value of the file is; gives what they change. */
  run(value: YamlValue): TcChange[] {
    if (value.kind === "map")
      return this.runLine(this.context.source.text.slice(value.span.start, value.span.end), value.span);
    const found = this.context.text(value);
    const lines = found?.text.split("\n") ?? [];
    return lines.flatMap((line) => (/^\s*(#|$)/.test(line) ? [] : this.runLine(line.trim(), found!.span)));
  }

  private runLine(text: string, span: Span): TcChange[] {
    const place = new CommandPlace(this.context, text, span);
    const words = new Words(text);
    try {
      words.accept("tc");
      const object = words.take("qdisc, class or filter");
      const name = OBJECTS.find((one) => object.text !== "" && one.startsWith(object.text));
      if (name === undefined)
        throw new WordError(
          `'${object.text}' is nothing that commands can be about here.`,
          object,
          "Commands begin with qdisc, class or filter.",
        );
      const changes = this.commands[name].run(words, place);
      words.end();
      return changes;
    } catch (error) {
      if (error instanceof WordError) place.tell(error.message, error.word, error.hint);
      else if (error instanceof OptionError) place.tell(error.message, place.find(error.key), error.hint);
      else throw error;
      return [];
    }
  }
}
