import type { Claim } from "./claim.ts";

/** What a packet has to be for a program to come to a certain end. */
export type Formula =
  | { readonly kind: "claim"; readonly claim: Claim; readonly holds: boolean }
  | { readonly kind: "all" | "any"; readonly parts: readonly Formula[] }
  /** `yes` where `test` holds, else `no`. */
  | { readonly kind: "if"; readonly test: Formula; readonly yes: Formula; readonly no: Formula };

/** Holds of every packet, and of none. */
export const ALWAYS: Formula = { kind: "all", parts: [] };
export const NEVER: Formula = { kind: "any", parts: [] };

export function isAlways(formula: Formula): boolean {
  return formula.kind === "all" && formula.parts.length === 0;
}

export function isNever(formula: Formula): boolean {
  return formula.kind === "any" && formula.parts.length === 0;
}

export function not(formula: Formula): Formula {
  if (formula.kind === "claim") return { ...formula, holds: !formula.holds };
  if (formula.kind === "if") return { ...formula, yes: not(formula.yes), no: not(formula.no) };
  const parts = formula.parts.map(not);
  return formula.kind === "all" ? any(parts) : all(parts);
}

export function all(parts: readonly Formula[]): Formula {
  const flat = assumed("all", flattened("all", parts));
  if (flat.some(isNever)) return NEVER;
  const kept = needed(flat, true);
  return kept.length === 1 ? kept[0]! : { kind: "all", parts: kept };
}

export function any(parts: readonly Formula[]): Formula {
  const flat = assumed("any", flattened("any", parts));
  if (flat.some(isAlways)) return ALWAYS;
  const kept = needed(flat, false);
  return kept.length < 2 ? (kept[0] ?? NEVER) : withCommonFirst(kept);
}

/** The same without `if`, which takes more words. */
export function spelledOut(formula: Formula): Formula {
  if (formula.kind === "claim") return formula;
  if (formula.kind !== "if") return (formula.kind === "all" ? all : any)(formula.parts.map(spelledOut));
  const [test, yes, no] = [formula.test, formula.yes, formula.no].map(spelledOut) as [Formula, Formula, Formula];
  return any([all([test, yes]), all([not(test), no])]);
}

function flattened(kind: "all" | "any", parts: readonly Formula[]): Formula[] {
  return parts.flatMap((part) => (part.kind === kind ? [...part.parts] : [part]));
}

/** Longer lists are left as they are, so that no program takes long to explain. */
const LONGEST_COMPARED = 64;

/** Where one part is a claim, the other parts need not ask for it again: among `all` it holds, among `any` it does not. */
function assumed(kind: "all" | "any", parts: Formula[]): Formula[] {
  if (parts.length > LONGEST_COMPARED) return parts;
  let result = parts;
  // A claim that another one has made superfluous must not do the same to that one.
  for (const given of parts)
    if (given.kind === "claim" && result.includes(given))
      result = result.map((part) =>
        part === given ? part : under(part, given.claim, given.holds === (kind === "all")),
      );
  return flattened(kind, result);
}

/** The formula where a claim is known to hold or not. */
function under(formula: Formula, known: Claim, holds: boolean): Formula {
  if (formula.kind === "claim") {
    const outcome = outcomeUnder(formula.claim, known, holds);
    return outcome === undefined ? formula : outcome === formula.holds ? ALWAYS : NEVER;
  }
  if (formula.kind === "if") {
    const [test, yes, no] = [formula.test, formula.yes, formula.no].map((part) => under(part, known, holds));
    if (isAlways(test!)) return yes!;
    return isNever(test!) ? no! : { kind: "if", test: test!, yes: yes!, no: no! };
  }
  const parts = formula.parts.map((part) => under(part, known, holds));
  if (parts.every((part, i) => part === formula.parts[i])) return formula;
  return formula.kind === "all" ? all(parts) : any(parts);
}

function outcomeUnder(claim: Claim, known: Claim, holds: boolean): boolean | undefined {
  if (claim.about !== known.about) return undefined;
  if (claim.equals === known.equals) return holds;
  return holds ? false : undefined;
}

/**
 * Parts less those that go without saying: what has been said before, and `X is not 6` beside `X is 5` where all have to
 * hold, `X is 6` beside `X is not 5` where any has to.
 */
function needed(parts: readonly Formula[], holding: boolean): Formula[] {
  const decided = new Map<string, number>();
  for (const part of parts)
    if (part.kind === "claim" && part.holds === holding && part.claim.equals !== undefined)
      decided.set(part.claim.about, part.claim.equals);
  const said = new Set<string>();
  const lists = parts.length > LONGEST_COMPARED ? [] : parts.filter(({ kind }) => kind !== "claim");
  return parts.filter((part) => {
    if (part.kind !== "claim" || part.claim.equals === undefined) return true;
    if (part.holds !== holding && lists.some((list) => settles(list, part.claim, holding))) return false;
    const { about, equals } = part.claim;
    const value = decided.get(about);
    if (part.holds !== holding && value !== undefined && value !== equals) return false;
    const words = `${about} ${equals} ${part.holds}`;
    return !said.has(words) && said.add(words);
  });
}

/** Whether a formula says of what the claim is about that it is another number: `ARP or RARP` beside `not IPv4`. */
function settles(formula: Formula, claim: Claim, holding: boolean): boolean {
  if (formula.kind === "if") return false;
  if (formula.kind === "claim")
    return formula.holds === holding && formula.claim.about === claim.about && formula.claim.equals !== claim.equals;
  const found = (part: Formula) => settles(part, claim, holding);
  return (formula.kind === "all") === holding ? formula.parts.some(found) : formula.parts.every(found);
}

/** What all alternatives ask for is said once, before them. */
function withCommonFirst(alternatives: readonly Formula[]): Formula {
  const lists = alternatives.map((each) => (each.kind === "all" ? each.parts : [each]));
  const shared = lists[0]!.filter((part) => lists.every((list) => list.some((other) => same(part, other))));
  if (shared.length === 0) return { kind: "any", parts: alternatives };
  const rests = lists.map((list) => all(list.filter((part) => !shared.some((other) => same(part, other)))));
  return all([...shared, any(rests)]);
}

function same(a: Formula, b: Formula): boolean {
  if (a.kind !== "claim" || b.kind !== "claim") return a === b;
  return a.claim === b.claim ? a.holds === b.holds : sameClaim(a.claim, b.claim) && a.holds === b.holds;
}

function sameClaim(a: Claim, b: Claim): boolean {
  return a.about === b.about && a.equals === b.equals && a.yes.object === b.yes.object;
}
