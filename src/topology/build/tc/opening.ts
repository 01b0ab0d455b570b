import { namesHint } from "../../check/hints.ts";
import { type Word, WordError, type Words } from "../../tc-command/words.ts";
import { once } from "./command-words.ts";
import type { DeviceDraft, TcDraft } from "./drafts.ts";
import type { TcScope } from "./scope.ts";

/** The interface that a command is about. */
export interface NamedDevice {
  readonly draft: DeviceDraft;
  readonly name: string;
}

/**
 * Reads what a command of any object begins with, in any order: `dev` and an interface, and the words that `read` takes, until it takes
 * none or says that it was the last. Throws a WordError at words that tc has and netsim has not.
 * @param read is given the next word, and how to ask for the interface, which must have been said by then.
 */
export function readOpening(
  words: Words,
  draft: TcDraft,
  { interfaces }: TcScope,
  refused: readonly string[],
  read: (word: Word, device: () => NamedDevice) => boolean | "last",
): NamedDevice | undefined {
  let device: NamedDevice | undefined;
  for (let word = words.peek; word !== undefined; word = words.peek) {
    const at = word;
    if (words.accept("dev")) {
      once(device, at);
      device = readDevice(words, draft, interfaces);
    } else if (refused.includes(word.text)) throw new WordError(`\`${word.text}\` is not simulated.`, word);
    else {
      const goesOn = read(word, () => needDevice(device, at));
      if (goesOn !== true) break;
    }
  }
  return device;
}

/** The interface, which the command must name. */
export function needDevice(device: NamedDevice | undefined, word: Word | undefined): NamedDevice {
  if (device === undefined)
    throw new WordError("The command does not say on which interface.", word, "Begin with `dev` and its name.");
  return device;
}

function readDevice(words: Words, draft: TcDraft, interfaces: TcScope["interfaces"]): NamedDevice {
  const { text: name, at } = words.take("the interface");
  if (interfaces.has(name)) return { draft: draft.device(name), name };
  const hint = namesHint(name, [...interfaces.keys()]);
  throw new WordError(`The node has no interface '${name}'.`, { text: name, at }, hint);
}
