import { type Comparison, holdsOfNumber, type Test } from "./test.ts";
import { number, operation, type Value } from "./value.ts";

/** What a value can be at some place of a program: one of these numbers, or anything but these. */
export type Possible = { readonly only: ReadonlySet<number> } | { readonly except: ReadonlySet<number> };

/** What tests on the way have shown, by the keys of values, and of whole tests: these are 1 where they hold, else 0. */
export type Facts = ReadonlyMap<string, Possible>;

export const NO_FACTS: Facts = new Map();

/** The numbers that the value can be, where they are few and known. */
export function possibleNumbers(facts: Facts, { key }: Value): ReadonlySet<number> | undefined {
  const known = facts.get(key);
  return known !== undefined && "only" in known ? known.only : undefined;
}

/** How a test must come out, where that is known already. */
export function decided(facts: Facts, test: Test): boolean | undefined {
  const { left, comparison, right } = test;
  if (left.key === right.key && left.kind !== "unknown") {
    if (comparison === "=" || comparison === ">=") return true;
    if (comparison === ">") return false;
  }
  const before = facts.get(testKey(test));
  if (before !== undefined && "only" in before && before.only.size === 1) return before.only.has(1);
  if (right.kind !== "number") return undefined;
  const numbers = left.kind === "number" ? new Set([left.number]) : possibleNumbers(facts, left);
  if (numbers !== undefined) {
    const outcomes = new Set([...numbers].map((each) => holdsOfNumber(comparison, each, right.number)));
    return outcomes.size === 1 ? outcomes.has(true) : undefined;
  }
  const known = facts.get(left.key);
  return comparison === "=" && known !== undefined && "except" in known && known.except.has(right.number)
    ? false
    : undefined;
}

/** What is known once a test has come out so. */
export function learn(facts: Facts, test: Test, outcome: boolean): Facts {
  const { left, comparison, right } = test;
  if (left.kind === "unknown" || right.kind === "unknown") return facts;
  const next = new Map(facts);
  next.set(testKey(test), { only: new Set([outcome ? 1 : 0]) });
  if (right.kind !== "number") return next;
  const operand = right.number;
  const possible = outcomeOf(facts, left, comparison, operand, outcome);
  if (possible !== undefined) next.set(left.key, possible);
  // A bit that was asked for is known.
  if (comparison === "&" && (!outcome || (operand & (operand - 1)) === 0))
    next.set(operation("&", left, right).key, { only: new Set([outcome ? operand : 0]) });
  return next;
}

/** Whether a comparison with a number is known to have come out, and how. */
export function knownOutcome(facts: Facts, left: Value, comparison: Comparison, operand: number): boolean | undefined {
  return decided(facts, { left, comparison, right: number(operand) });
}

function testKey({ left, comparison, right }: Test): string {
  return `${left.key} ${comparison} ${right.key}`;
}

function outcomeOf(
  facts: Facts,
  left: Value,
  comparison: Comparison,
  operand: number,
  outcome: boolean,
): Possible | undefined {
  const known = facts.get(left.key);
  if (comparison === "=" && outcome) return { only: new Set([operand]) };
  if (known !== undefined && "only" in known)
    return { only: new Set([...known.only].filter((each) => holdsOfNumber(comparison, each, operand) === outcome)) };
  return comparison === "=" ? { except: new Set([...(known?.except ?? []), operand]) } : undefined;
}

/** What is known where two ways meet. */
export function common(a: Facts, b: Facts): Facts {
  const both = new Map<string, Possible>();
  for (const [key, one] of a) {
    const other = b.get(key);
    if (other !== undefined) both.set(key, union(one, other));
  }
  return both;
}

function union(a: Possible, b: Possible): Possible {
  if ("only" in a && "only" in b) return { only: new Set([...a.only, ...b.only]) };
  if ("except" in a && "except" in b) return { except: new Set([...a.except].filter((each) => b.except.has(each))) };
  const [only, except] = "only" in a ? [a.only, (b as Except).except] : [(b as Only).only, a.except];
  return { except: new Set([...except].filter((each) => !only.has(each))) };
}

type Only = Extract<Possible, { only: unknown }>;
type Except = Extract<Possible, { except: unknown }>;
