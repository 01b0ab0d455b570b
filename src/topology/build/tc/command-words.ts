import type { JsonSchema } from "../../../json-schema.ts";
import { suggestion } from "../../../packet/describe/did-you-mean.ts";
import type { QdiscPart } from "../../parts.ts";
import { type Grammar, readOptions } from "../../tc-command/grammar.ts";
import { tcClassid, tcInteger } from "../../tc-command/units.ts";
import { type Word, WordError, type Words } from "../../tc-command/words.ts";
import type { DeviceDraft, QdiscDraft } from "./drafts.ts";

export type Verb = "add" | "change" | "replace" | "delete";

const VERBS: readonly Verb[] = ["add", "change", "replace", "delete"];

/** `add`, `change`, `replace` or `delete`, or the beginning of one. */
export function readVerb(words: Words): Verb {
  const word = words.take("add, change, replace or delete");
  const verb = VERBS.find((one) => word.text !== "" && one.startsWith(word.text));
  if (verb !== undefined) return verb;
  if (word.text === "chg") return "change";
  throw new WordError(
    `'${word.text}' is nothing that can be done here.`,
    word,
    "Commands add, change, replace or delete; `netsim tc show` shows.",
  );
}

/** A whole number within bounds. */
export function readNumber(words: Words, what: string, least: number, most: number): { value: number; word: Word } {
  const word = words.peek;
  const value = words.read(what, tcInteger);
  if (value < least || value > most)
    throw new WordError(`${what[0]!.toUpperCase()}${what.slice(1)} is from ${least} to ${most}.`, word);
  return { value, word: word! };
}

/** A class: of a discipline that is still to be found, where the word has no major number. */
export const readClassid = (words: Words, what: string): { word: Word; classid: number } => {
  const word = words.peek;
  return { classid: words.read(what, tcClassid), word: word! };
};

/** Throws a WordError where something is said once more. */
export function once(before: unknown, keyword: Word): void {
  if (before !== undefined) throw new WordError(`\`${keyword.text}\` is said twice.`, keyword);
}

/** The kind of a qdisc that commands can make. */
export function readKind(words: Words, qdiscs: readonly QdiscPart[]): { part: QdiscPart; word: Word } {
  const word = words.take("the kind of the qdisc");
  const known = qdiscs.filter((part) => part.words !== undefined);
  const part = known.find(({ name }) => name === word.text);
  if (part !== undefined) return { part, word };
  const names = known.map(({ name }) => name);
  throw new WordError(
    `The qdisc '${word.text}' is not simulated.`,
    word,
    suggestion(word.text, names) ?? `There are: ${names.join(", ")}, clsact and ingress.`,
  );
}

/** Options of a kind, as the file's own keys would have them. */
export function readValues(
  words: Words,
  grammar: Grammar,
  schemas: Readonly<Record<string, JsonSchema>>,
  what: string,
  checkWords?: QdiscPart["checkWords"],
): Record<string, unknown> {
  const begin = words.peek;
  const values = readOptions(words, grammar, what);
  checkWords?.(values);
  for (const [key, value] of Object.entries(values)) {
    const problem = outOfRange(value, schemas[key]);
    if (problem !== undefined) throw new WordError(`The ${key} of ${what} ${problem}.`, begin);
  }
  return values;
}

/** What the schema of a key says about a number, a list of them or a name. */
function outOfRange(value: unknown, schema: JsonSchema | undefined): string | undefined {
  const {
    minimum,
    maximum,
    minItems,
    items,
    enum: names,
  } = (schema ?? {}) as {
    minimum?: number;
    maximum?: number;
    minItems?: number;
    items?: JsonSchema;
    enum?: readonly string[];
  };
  if (typeof value === "number") {
    if (minimum !== undefined && value < minimum) return `is at least ${minimum}`;
    if (maximum !== undefined && value > maximum) return `is at most ${maximum}`;
  }
  if (names !== undefined && !names.includes(String(value))) return `is one of ${names.join(", ")}`;
  if (!Array.isArray(value)) return undefined;
  if (minItems !== undefined && value.length < minItems) return `has ${minItems} values`;
  return value.map((one) => outOfRange(one, items)).find((problem) => problem !== undefined);
}

/** The discipline that a class or handle belongs to. */
export function findParent(device: DeviceDraft, classid: number, word: Word): QdiscDraft {
  const found = device.find((classid & 0xffff_0000) >>> 0);
  if (found !== undefined) return found;
  throw new WordError(`There is no qdisc ${(classid >>> 16).toString(16)}: on this interface.`, word);
}
