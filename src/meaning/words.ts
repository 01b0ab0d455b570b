import { type AddressPart, type Phrase, sentence } from "./claim.ts";
import { addressWords } from "./claims.ts";
import type { Explanation } from "./explanation.ts";
import { type Formula, isAlways } from "./formula.ts";

/** An explanation that lists more lines than this is given as steps. */
const MOST_LINES = 150;

/** What a program accepts, as lines of text. */
export function inWords(explanation: Explanation): string[] {
  const { conditions, ends } = explanation;
  if (conditions.size === 0) return ["No packet is accepted."];
  const lines: string[] = [];
  for (const [end, condition] of conditions) {
    if (condition === undefined) return steps(explanation);
    const { text } = ends.get(end)!;
    lines.push(
      ...(isAlways(condition) ? [`Every packet is ${text}.`] : ended(`A packet is ${text}, if`, listed(condition, 1))),
    );
  }
  return lines.length > MOST_LINES ? steps(explanation) : lines;
}

function ended(begin: string, [first, ...items]: readonly string[]): string[] {
  return [`${begin} ${first}${items.length === 0 ? "." : ""}`, ...items];
}

/** `all of these hold:` and a list, or the one sentence that it is. */
function listed(formula: Formula, depth: number): string[] {
  if (formula.kind === "claim") return [phraseOf(formula)];
  if (formula.kind === "if") throw new TypeError("conditions are spelled out before they are told");
  const phrases = together(formula);
  const [only] = phrases;
  if (phrases.length === 1 && typeof only === "string") return [only];
  const indent = "  ".repeat(depth);
  const items = phrases.flatMap((part) => {
    if (typeof part === "string") return [`${indent}- ${part}`];
    const [first, ...others] = listed(part, depth + 1);
    return [`${indent}- ${first}`, ...others];
  });
  return [formula.kind === "all" ? "all of these hold:" : "any of these holds:", ...items];
}

function phraseOf({ claim, holds }: Formula & { kind: "claim" }): string {
  return sentence(holds ? claim.yes : claim.no);
}

/** The parts, with claims of one subject said in one sentence. */
function together({ kind, parts }: Formula & { readonly parts: readonly Formula[] }): (string | Formula)[] {
  const result: (string | Formula)[] = [];
  const groups = new Map<string, { at: number; phrase: Phrase; objects: string[] }>();
  for (const part of joinedAddresses(parts, kind === "all")) {
    if (!("phrase" in part)) {
      result.push(part.formula);
      continue;
    }
    const { phrase } = part;
    const { subject, verb, object } = phrase;
    const group = groups.get(`${subject} ${verb}`);
    // `is 1 or 2` of alternatives, `is not 1 or 2` of what has to hold together.
    if (group !== undefined && /^(is|are)\b/.test(verb) && verb.includes("not") === (kind === "all"))
      group.objects.push(object);
    else {
      if (group === undefined) groups.set(`${subject} ${verb}`, { at: result.length, phrase, objects: [object] });
      result.push(sentence(phrase));
    }
  }
  for (const { at, phrase, objects } of groups.values())
    if (objects.length > 1) result[at] = sentence({ ...phrase, object: alternatives(objects) });
  return result;
}

type Told = { readonly phrase: Phrase } | { readonly formula: Formula };

/** Claims about parts of one address that stand side by side become one about the address. */
function joinedAddresses(parts: readonly Formula[], holding: boolean): Told[] {
  const told: Told[] = [];
  for (let i = 0; i < parts.length; ) {
    const run: AddressPart[] = [];
    for (let j = i; ; j++) {
      const part = addressPartOf(parts[j], holding);
      if (part === undefined || (run[0] !== undefined && part.field !== run[0].field)) break;
      run.push(part);
    }
    const words = run.length > 1 && !overlapping(run) ? addressWords(run) : undefined;
    if (words === undefined) {
      const formula = parts[i]!;
      told.push(
        formula.kind === "claim" ? { phrase: formula.holds ? formula.claim.yes : formula.claim.no } : { formula },
      );
      i++;
      continue;
    }
    const [verb, object] = holding ? words.yes : words.no;
    told.push({ phrase: { subject: run[0]!.field, verb, object } });
    i += run.length;
  }
  return told;
}

function addressPartOf(formula: Formula | undefined, holding: boolean): AddressPart | undefined {
  if (formula?.kind !== "claim") return undefined;
  const { part, partOfNo } = formula.claim;
  return (formula.holds !== (partOfNo === true)) === holding ? part : undefined;
}

function overlapping(parts: readonly AddressPart[]): boolean {
  return new Set(parts.map(({ at }) => at)).size < parts.length;
}

function alternatives(objects: readonly string[]): string {
  return `${objects.slice(0, -1).join(", ")} or ${objects.at(-1)}`;
}

/** Question by question, for programs that loop or would take too many words. */
function steps({ firstBlock, blocks, ends, hasLoop }: Explanation): string[] {
  const numbers = new Map([...blocks.keys()].map((name, i) => [name, i + 1]));
  const next = (name: string) => ends.get(name)?.text ?? `go to ${numbers.get(name)}`;
  const why = hasLoop
    ? "The program goes back to what it has asked before, so it is told question by question:"
    : "There are too many ways through the program to list, so it is told question by question:";
  const begin = numbers.get(firstBlock) === 1 ? [] : [`  begin with ${numbers.get(firstBlock)}`];
  const lines = [...blocks].map(
    ([name, { asks, yes, no }]) => `  ${numbers.get(name)}. ${asks.join(", or ")}? yes: ${next(yes)}; no: ${next(no)}`,
  );
  return [why, ...begin, ...lines];
}
