import { goToChain } from "../../../hooks/tc/verdict.ts";
import { namesHint } from "../../check/hints.ts";
import type { TcActionModel } from "../../model.ts";
import { ACTION_ANSWERS } from "../../schema/tc.ts";
import { WordError, type Words } from "../../tc-command/words.ts";
import type { CommandPlace } from "./command-place.ts";
import { readNumber } from "./command-words.ts";
import { ProgramWords } from "./program-words.ts";
import type { TcScope } from "./scope.ts";

/** Actions one after another, each after the word `action`. */
export function readActions(words: Words, place: CommandPlace, scope: TcScope): TcActionModel[] {
  const actions: TcActionModel[] = [];
  do actions.push(readAction(words, place, scope));
  while (words.accept("action") !== undefined);
  return actions;
}

function readAction(words: Words, place: CommandPlace, scope: TcScope): TcActionModel {
  const word = words.take("an action");
  if (word.text === "gact") return readAction(words, place, scope);
  if (Object.hasOwn(ACTION_ANSWERS, word.text)) return { kind: "answer", answer: ACTION_ANSWERS[word.text]! };
  if (word.text === "goto") return { kind: "answer", answer: readChain(words) };
  if (word.text === "mirred") return readMirred(words, scope);
  if (word.text === "bpf") {
    const program = new ProgramWords(scope, place, "action");
    while (program.read(words));
    const attachment = program.attachment("tc-action");
    if (!program.isGiven)
      throw new WordError("The action has no program.", word, "Write `obj` and a file, or `bytecode`.");
    const answer = readControl(words, "pipe");
    // A program that cannot be read is told already.
    return attachment === undefined
      ? { kind: "answer", answer }
      : { kind: "program", attachment, answer, shown: program.shown };
  }
  throw new WordError(
    `The action '${word.text}' is not simulated.`,
    word,
    `There are: bpf, mirred, goto and ${Object.keys(ACTION_ANSWERS).join(", ")}.`,
  );
}

function readMirred(words: Words, { interfaces }: TcScope): TcActionModel {
  const ingress = words.accept("ingress") !== undefined;
  if (!ingress && words.accept("egress") === undefined) words.take("ingress or egress");
  const mirrors = words.accept("mirror") !== undefined;
  if (!mirrors && words.accept("redirect") === undefined)
    throw new WordError("An action mirred says `mirror` or `redirect`.", words.peek);
  if (words.accept("dev") === undefined)
    throw new WordError("An action mirred says where to: `dev` and an interface.", words.peek);
  const device = words.take("the interface");
  if (!interfaces.has(device.text) && device.text !== "lo")
    throw new WordError(
      `The node has no interface '${device.text}'.`,
      device,
      namesHint(device.text, [...interfaces.keys()]),
    );
  return { kind: "send", device: device.text, ingress, mirrors };
}

function readControl(words: Words, otherwise: string): number {
  const word = words.peek;
  if (word?.text === "goto") {
    words.take("goto");
    return readChain(words);
  }
  if (word === undefined || !Object.hasOwn(ACTION_ANSWERS, word.text)) return ACTION_ANSWERS[otherwise]!;
  words.take("an answer");
  return ACTION_ANSWERS[word.text]!;
}

function readChain(words: Words): number {
  if (words.accept("chain") === undefined)
    throw new WordError("`goto` is followed by `chain` and its number.", words.peek);
  return goToChain(readNumber(words, "the chain", 0, 0x0fff_ffff).value);
}
