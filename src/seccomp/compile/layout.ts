import { type ClassicInstruction, JUMP_ALWAYS } from "../../bpf/classic/instruction.ts";
import type { Decision, Test, TestKind } from "./decision.ts";

const LOAD = 0x20;
const AND = 0x54;
const RETURN = 0x06;
const JUMPS: Readonly<Record<TestKind, number>> = { eq: 0x15, gt: 0x25, ge: 0x35, set: 0x45 };
const ALL = 0xffff_ffff;
/** The farthest that a conditional jump goes. */
const FARTHEST = 255;

/** Where one enters a test: before its load, before the `and`, or with everything in A already. */
type Entry = "load" | "and" | "test";

/**
 * Writes a decision as a classic program. Every decision is written once, behind all that lead to it, and loads only where a word is not
 * in A yet. A verdict that is too far away is written once more; to other decisions a jump leads.
 */
export function layOut(root: Decision): ClassicInstruction[] {
  const order = topological(root);
  const entries = neededEntries(root, order);
  const writer = new BackwardWriter();
  for (const decision of order.toReversed()) {
    if (decision.kind === "return") {
      writer.mark(decision, "load", writer.emit({ code: RETURN, jt: 0, jf: 0, k: decision.value }));
      continue;
    }
    const needed = entries.get(decision)!;
    writer.mark(decision, "test", writer.branch(decision));
    if (decision.mask !== ALL && (needed.has("and") || needed.has("load")))
      writer.mark(decision, "and", writer.emit({ code: AND, jt: 0, jf: 0, k: decision.mask }));
    if (needed.has("load"))
      writer.mark(decision, "load", writer.emit({ code: LOAD, jt: 0, jf: 0, k: decision.word * 4 }));
  }
  return writer.program();
}

/** All decisions, each before those that it leads to; where it can be, a test's `no` comes next. */
function topological(root: Decision): Decision[] {
  const finished: Decision[] = [];
  const seen = new Set<Decision>();
  // By hand, as chains of tests are longer than a stack is deep.
  const stack: { decision: Decision; step: number }[] = [{ decision: root, step: 0 }];
  seen.add(root);
  while (stack.length > 0) {
    const top = stack.at(-1)!;
    const { decision } = top;
    const next = decision.kind === "return" ? undefined : [decision.yes, decision.no][top.step++];
    if (next === undefined) {
      finished.push(decision);
      stack.pop();
    } else if (!seen.has(next)) {
      seen.add(next);
      stack.push({ decision: next, step: 0 });
    }
  }
  return finished.reverse();
}

/** Which ways each test is entered, by what those before it leave in A. */
function neededEntries(root: Decision, order: readonly Decision[]): Map<Decision, Set<Entry>> {
  const entries = new Map<Decision, Set<Entry>>(order.map((decision) => [decision, new Set()]));
  entries.get(root)!.add("load");
  for (const decision of order)
    if (decision.kind === "test")
      for (const next of [decision.yes, decision.no])
        if (next.kind === "test") entries.get(next)!.add(entryAfter(decision, next));
  return entries;
}

/** How a test is entered from another one. */
function entryAfter(before: Test, next: Test): Entry {
  if (before.word !== next.word) return "load";
  if (before.mask === next.mask) return "test";
  return before.mask === ALL ? "and" : "load";
}

/** Writes from the end to the beginning, so that all that a jump leads to has its place. */
class BackwardWriter {
  /** Instructions from the last to the first. */
  private readonly reversed: ClassicInstruction[] = [];
  /** By decision and entry: place from the end. Verdicts and jumps that were written once more replace their originals. */
  private readonly places = new Map<string, number>();

  /** Returns the instruction's place, from the end. */
  emit(instruction: ClassicInstruction): number {
    this.reversed.push(instruction);
    return this.reversed.length - 1;
  }

  mark(decision: Decision, entry: Entry, place: number): void {
    this.places.set(`${decision.id} ${entry}`, place);
  }

  branch(test: Test): number {
    const far = [test.yes, test.no].map((next) => ({
      next,
      entry: next.kind === "test" ? entryAfter(test, next) : ("load" as const),
    }));
    // Bringing one nearer moves the other away by an instruction: until both are near.
    for (let tries = 0; tries < 3; tries++)
      for (const { next, entry } of far) if (this.distance(next, entry) > FARTHEST) this.bringNearer(next, entry);
    const [yes, no] = far.map(({ next, entry }) => this.distance(next, entry));
    return this.emit({ code: JUMPS[test.test], jt: yes!, jf: no!, k: test.k });
  }

  program(): ClassicInstruction[] {
    return this.reversed.toReversed();
  }

  /** Instructions between the next one to be written and where a decision is entered. */
  private distance(decision: Decision, entry: Entry): number {
    return this.reversed.length - 1 - this.place(decision, entry);
  }

  private place(decision: Decision, entry: Entry): number {
    const place = this.places.get(`${decision.id} ${entry}`);
    if (place === undefined) throw new Error(`decision ${decision.id} has no entry '${entry}'`);
    return place;
  }

  private bringNearer(decision: Decision, entry: Entry): void {
    const instruction =
      decision.kind === "return"
        ? { code: RETURN, jt: 0, jf: 0, k: decision.value }
        : { code: JUMP_ALWAYS, jt: 0, jf: 0, k: this.distance(decision, entry) };
    this.mark(decision, entry, this.emit(instruction));
  }
}
