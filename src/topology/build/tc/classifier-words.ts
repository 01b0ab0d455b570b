import type { TcFilterModel } from "../../model.ts";
import { WordError, type Words } from "../../tc-command/words.ts";
import { readActions } from "./action-words.ts";
import type { CommandPlace } from "./command-place.ts";
import { readClassid } from "./command-words.ts";
import { ProgramWords } from "./program-words.ts";
import type { TcScope } from "./scope.ts";

/** The words of a classifier after its kind. */
export function readClassifier(
  kind: TcFilterModel["kind"],
  words: Words,
  place: CommandPlace,
  scope: TcScope,
): Partial<TcFilterModel> {
  const found: { -readonly [K in keyof TcFilterModel]?: TcFilterModel[K] } = {};
  const program = new ProgramWords(scope, place, "classifier");
  const first = words.peek;
  for (;;) {
    const word = words.peek;
    if (words.accept("flowid", "classid")) found.classid = readClassid(words, "the class").classid;
    else if (words.accept("action", "actions")) found.actions = readActions(words, place, scope);
    else if (words.accept("skip_hw")) {
      // tc reads another word behind it.
      if (kind === "matchall" && words.peek === undefined) words.take("what the filter does");
      found.skipsHardware = true;
    } else if (word?.text === "skip_sw")
      throw new WordError("`skip_sw` needs a device that filters by itself, which is not simulated.", word);
    else if (kind === "bpf" && words.accept("da", "direct-action")) found.directAction = true;
    else if (kind === "bpf" && program.read(words)) continue;
    else break;
  }
  if (kind === "matchall") {
    if (words.peek === first)
      throw new WordError("A matchall filter says what it does.", first, "Write `action` or `flowid`.");
    return found;
  }
  const attachment = program.attachment("tc-filter");
  if (!program.isGiven)
    throw new WordError("The filter has no program.", words.peek, "Write `obj` and a file, or `bytecode`.");
  return { ...found, shown: program.shown, ...(attachment && { attachment }) };
}
