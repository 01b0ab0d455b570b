import { goToChain, jumpTo, TC_ACT } from "../../../hooks/tc/verdict.ts";
import { namesHint } from "../../check/hints.ts";
import type { TcActionGeneral, TcActionModel } from "../../model.ts";
import { type Word, WordError, type Words } from "../../tc-command/words.ts";
import type { CommandPlace } from "./command-place.ts";
import { readNumber } from "./command-words.ts";
import { ProgramWords } from "./program-words.ts";
import type { TcScope } from "./scope.ts";

/** How many actions a filter has at most; tc leaves out the rest (TCA_ACT_MAX_PRIO). */
const MOST_ACTIONS = 32;

/** Answers by the names that commands have for them (action_a2n of iproute2). */
const ANSWERS: Readonly<Record<string, number>> = {
  continue: TC_ACT.UNSPEC,
  drop: TC_ACT.SHOT,
  shot: TC_ACT.SHOT,
  pass: TC_ACT.OK,
  ok: TC_ACT.OK,
  reclassify: TC_ACT.RECLASSIFY,
  pipe: TC_ACT.PIPE,
  goto: TC_ACT.GOTO_CHAIN,
  jump: TC_ACT.JUMP,
  trap: TC_ACT.TRAP,
};
const isAnswer = (word: Word | undefined): boolean => word !== undefined && Object.hasOwn(ANSWERS, word.text);

/** The kinds of actions that tc has; other words are about the filter again. */
const KINDS = [
  "bpf",
  "connmark",
  "csum",
  "ct",
  "ctinfo",
  "gact",
  "gate",
  "ife",
  "ipt",
  "mirred",
  "mpls",
  "nat",
  "pedit",
  "police",
  "sample",
  "simple",
  "skbedit",
  "skbmod",
  "tunnel_key",
  "vlan",
  "xt",
];

/** Actions one after another; the word `action` may stand before each but the first. */
export function readActions(words: Words, place: CommandPlace, scope: TcScope): TcActionModel[] {
  const actions: TcActionModel[] = [];
  do {
    while (words.accept("action") !== undefined);
    actions.push(readAction(words, place, scope));
  } while (words.peek?.text === "action" || isAnswer(words.peek) || KINDS.includes(words.peek?.text ?? ""));
  return actions.slice(0, MOST_ACTIONS);
}

function readAction(words: Words, place: CommandPlace, scope: TcScope): TcActionModel {
  if (isAnswer(words.peek)) return readGact(words);
  const word = words.take("an action");
  switch (word.text) {
    case "gact":
      return readGact(words);
    case "mirred":
      return readMirred(words, scope);
    case "bpf":
      return readProgram(words, word, place, scope);
    default:
      throw new WordError(
        `The action '${word.text}' is not simulated.`,
        word,
        `There are: bpf, mirred, gact and ${Object.keys(ANSWERS).join(", ")}.`,
      );
  }
}

/** `drop`, `goto chain 5`, `gact pass index 3`, ... */
function readGact(words: Words): TcActionModel {
  const at = words.peek;
  const isGiven = isAnswer(at);
  const answer = isGiven ? readAnswer(words) : TC_ACT.OK;
  const { random, ...general } = readGeneral(words);
  if (random !== undefined) throw new WordError("`random` is not simulated.", random);
  if (!isGiven && general.index === undefined)
    throw new WordError(
      at === undefined ? "The command ends where an answer should follow." : `'${at.text}' is no answer.`,
      at,
      `There are: ${Object.keys(ANSWERS).join(", ")}.`,
    );
  return { kind: "answer", answer, ...general };
}

function readProgram(words: Words, word: Word, place: CommandPlace, scope: TcScope): TcActionModel {
  const program = new ProgramWords(scope, place, "action");
  while (program.read(words));
  const attachment = program.attachment("tc-action");
  if (!program.isGiven)
    throw new WordError("The action has no program.", word, "Write `obj` and a file, or `bytecode`.");
  const answer = isAnswer(words.peek) ? readAnswer(words) : TC_ACT.PIPE;
  const general = { answer, ...readGeneral(words) };
  // A program that cannot be read is told already.
  return attachment === undefined
    ? { kind: "answer", ...general }
    : { kind: "program", attachment, shown: program.shown, ...general };
}

/** `mirred egress redirect dev eth1`, in tc's order: where to, what, its index, and the device. */
function readMirred(words: Words, { interfaces }: TcScope): TcActionModel {
  const ingress = words.accept("ingress") !== undefined;
  if (!ingress && words.accept("egress") === undefined)
    throw new WordError("An action mirred says `ingress` or `egress` first.", words.peek);
  const mirrors = words.accept("mirror") !== undefined;
  if (!mirrors && words.accept("redirect") === undefined)
    throw new WordError("An action mirred says `mirror` or `redirect`.", words.peek);
  const index = words.accept("index") && readIndex(words);
  if (words.accept("dev") === undefined)
    throw new WordError("An action mirred says where to: `dev` and an interface.", words.peek);
  const device = words.take("the interface");
  if (!interfaces.has(device.text) && device.text !== "lo")
    throw new WordError(
      `The node has no interface '${device.text}'.`,
      device,
      namesHint(device.text, [...interfaces.keys()]),
    );
  // Only copies leave open what becomes of the packet.
  const answer = mirrors ? (isAnswer(words.peek) ? readAnswer(words) : TC_ACT.PIPE) : TC_ACT.STOLEN;
  const general = readGeneral(words);
  return { kind: "send", device: device.text, ingress, mirrors, answer, ...(index && { index }), ...general };
}

/** An answer that is there, with the number that some have (parse_action_control). */
function readAnswer(words: Words): number {
  const { text } = words.take("an answer");
  if (text === "goto") {
    if (words.accept("chain") === undefined)
      throw new WordError("`goto` is followed by `chain` and its number.", words.peek);
    return goToChain(readNumber(words, "the chain", 0, 0x0fff_ffff).value);
  }
  return text === "jump" ? jumpTo(readNumber(words, "the number of actions", 0, 0x0fff_ffff).value) : ANSWERS[text]!;
}

const readIndex = (words: Words): number => readNumber(words, "the index", 0, 0xffff_ffff).value;

/** The words that may end any action. */
function readGeneral(words: Words): Omit<TcActionGeneral, "answer"> & { readonly random?: Word } {
  const random = words.accept("random");
  if (random !== undefined) return { random };
  const index = words.accept("index") && readIndex(words);
  const notes: string[] = [];
  for (;;) {
    if (words.accept("cookie")) notes.push(`cookie ${readCookie(words)}`);
    else if (words.accept("no_percpu")) notes.push("no_percpu");
    else if (words.accept("hw_stats")) notes.push(`hw_stats ${readHardwareStatistics(words)}`);
    else break;
  }
  return { ...(index && { index }), ...(notes.length > 0 && { notes }) };
}

function readHardwareStatistics(words: Words): string {
  const word = words.take("what the device counts");
  if (["immediate", "delayed", "disabled"].includes(word.text)) return word.text;
  throw new WordError("`hw_stats` is immediate, delayed or disabled.", word);
}

function readCookie(words: Words): string {
  const word = words.take("the cookie");
  if (/^([0-9a-f]{2}){1,16}$/i.test(word.text)) return word.text.toLowerCase();
  throw new WordError("A cookie is up to 16 bytes in hexadecimal, two digits each.", word);
}
