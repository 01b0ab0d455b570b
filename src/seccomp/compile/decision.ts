/** How a word is compared with a constant: equal, greater, greater or equal (unsigned), or any bit in common. */
export type TestKind = "eq" | "gt" | "ge" | "set";

/** A decision: what a filter does from here on. Equal ones are the same object. */
export type Decision = Verdict | Test;

export interface Verdict {
  readonly kind: "return";
  readonly id: number;
  /** Unsigned 32 bits. */
  readonly value: number;
}

export interface Test {
  readonly kind: "test";
  readonly id: number;
  /** Word of struct seccomp_data, 0..15. */
  readonly word: number;
  /** Bits of the word that are looked at; unsigned. */
  readonly mask: number;
  readonly test: TestKind;
  /** Unsigned. */
  readonly k: number;
  readonly yes: Decision;
  readonly no: Decision;
}

const ALL = 0xffff_ffff;

/** Makes decisions, each only once, and none that could be left out. */
export class Decisions {
  private readonly known = new Map<string, Decision>();
  private count = 0;

  verdict(value: number): Verdict {
    return this.unique(`return ${value >>> 0}`, (id) => ({ kind: "return", id, value: value >>> 0 }));
  }

  /** `(word & mask) TEST k ? yes : no`, or what it comes to where it always goes the same way. */
  test(word: number, mask: number, test: TestKind, k: number, whenYes: Decision, whenNo: Decision): Decision {
    const yes = follow(whenYes, word, mask, test, k, true);
    const no = follow(whenNo, word, mask, test, k, false);
    if (yes === no) return yes;
    const always = outcome(mask >>> 0, test, k >>> 0);
    if (always !== undefined) return always ? yes : no;
    // The whole mask or nothing: one jset does what `and` and `jeq` would.
    if (test === "eq" && mask !== ALL) {
      if (k === 0) return this.test(word, ALL, "set", mask, no, yes);
      if (k === mask && isOneBit(mask)) return this.test(word, ALL, "set", mask, yes, no);
    }
    if (test === "set" && mask !== ALL) return this.test(word, ALL, "set", mask & k, yes, no);
    return this.unique(`${word} ${mask} ${test} ${k} ${yes.id} ${no.id}`, (id) => ({
      kind: "test",
      id,
      word,
      mask: mask >>> 0,
      test,
      k: k >>> 0,
      yes,
      no,
    }));
  }

  private unique<T extends Decision>(key: string, make: (id: number) => T): T {
    const known = this.known.get(key);
    if (known !== undefined) return known as T;
    const made = make(this.count++);
    this.known.set(key, made);
    return made;
  }
}

/** Where a decision leads once the outcome of a test is known, should it begin with that very test. */
export function follow(
  decision: Decision,
  word: number,
  mask: number,
  test: TestKind,
  k: number,
  outcome: boolean,
): Decision {
  let at = decision;
  while (at.kind === "test" && at.word === word && at.mask === mask && at.test === test && at.k === k)
    at = outcome ? at.yes : at.no;
  return at;
}

/** What a test always gives, whatever the word is; undefined where it depends on it. */
function outcome(mask: number, test: TestKind, k: number): boolean | undefined {
  switch (test) {
    case "eq":
      if ((k & ~mask) !== 0) return false;
      return mask === 0 ? true : undefined;
    case "gt":
      return k >= mask ? false : undefined;
    case "ge":
      if (k === 0) return true;
      return k > mask ? false : undefined;
    case "set":
      return (mask & k) === 0 ? false : undefined;
  }
}

function isOneBit(mask: number): boolean {
  return mask !== 0 && (mask & (mask - 1)) === 0;
}
