import type { ClassicInstruction } from "../bpf/classic/instruction.ts";
import { ANYTHING, AT_START, meet, type Registers, step } from "./evaluate.ts";
import { common, decided, type Facts, learn, NO_FACTS } from "./facts.ts";
import { isLive, liveAtStart } from "./liveness.ts";
import { type ProgramBlock, programBlocks, successors } from "./program-blocks.ts";
import { type Test, testOf } from "./test.ts";
import { number, type Value } from "./value.ts";

/** What a block asks or returns, for packets that come to it in one of the ways that make a difference to that. */
export interface Decision {
  readonly block: ProgramBlock;
  /** What tests on the way have shown. */
  readonly facts: Facts;
  /** What it asks, also where the answer is known. */
  readonly test?: Test;
  /** A question whose answer is open, with the decisions that its answers lead to. */
  readonly asks?: { readonly test: Test; readonly yes: Decision; readonly no: Decision };
  /** Where it goes on without a question, or where the answer is known. */
  readonly next?: Decision;
  /** What it returns, at an end. */
  readonly returns?: Value;
}

export interface Analysis {
  readonly start: Decision;
  /** Each before those that it leads to, loops apart. */
  readonly decisions: readonly Decision[];
  /** The program goes back to instructions that it has run, as those for `protochain` do. */
  readonly hasLoop: boolean;
}

/** Ways to a block that are told apart; what further ones bring along is taken together. */
const MOST_WAYS = 12;

interface Entry {
  registers: Registers;
  facts: Facts;
  readonly key: string;
  readonly decision: { -readonly [K in keyof Decision]: Decision[K] };
}

/** Follows a program from its start to its ends and finds what each of its tests is about. */
export function analyse(instructions: readonly ClassicInstruction[]): Analysis {
  const blocks = programBlocks(instructions);
  const live = liveAtStart(instructions, blocks);
  const order = [...blocks.keys()].sort((a, b) => a - b);
  const loopHeads = new Set(order.flatMap((start) => successors(blocks.get(start)!).filter((to) => to <= start)));
  const entries = new Map<number, Entry[]>();

  const enter = (to: number, registers: Registers, facts: Facts): Decision => {
    const known = entries.get(to) ?? [];
    entries.set(to, known);
    if (loopHeads.has(to)) [registers, facts] = [ANYTHING, NO_FACTS];
    const key = keyOf(registers, facts, live.get(to)!);
    const same = known.find((entry) => entry.key === key) ?? (known.length < MOST_WAYS ? undefined : known.at(-1));
    if (same !== undefined) {
      same.registers = meet(same.registers, registers);
      same.facts = common(same.facts, facts);
      return same.decision;
    }
    const made: Entry = { registers, facts, key, decision: { block: blocks.get(to)!, facts } };
    known.push(made);
    return made.decision;
  };

  const start = enter(0, AT_START, NO_FACTS);
  const decisions: Decision[] = [];
  for (const at of order)
    for (const { registers: before, facts, decision } of entries.get(at) ?? []) {
      decision.facts = facts;
      decisions.push(decision);
      const { end, exit } = decision.block;
      let registers = before;
      for (let i = at; i < end; i++) registers = step(registers, instructions[i]!);
      if (exit.kind === "return") decision.returns = returned(instructions[exit.at]!, registers);
      else if (exit.kind === "jump") decision.next = enter(exit.to, registers, facts);
      else {
        const test = testOf(instructions[exit.at]!, registers);
        decision.test = test;
        const outcome = decided(facts, test);
        const answer = (holds: boolean) => enter(holds ? exit.yes : exit.no, registers, learn(facts, test, holds));
        if (outcome !== undefined) decision.next = answer(outcome);
        else decision.asks = { test, yes: answer(true), no: answer(false) };
      }
    }
  return { start, decisions, hasLoop: loopHeads.size > 0 };
}

/**
 * What makes a difference to what a block's test is about: the registers that are used, and what short fields hold, which
 * tells what follows them.
 */
function keyOf({ a, x, slots }: Registers, facts: Facts, live: number): string {
  const used = [isLive(live, "a") ? a.key : "", isLive(live, "x") ? x.key : ""];
  for (const [i, slot] of slots.entries()) if (isLive(live, i)) used.push(`${i}${slot.key}`);
  for (const [key, possible] of facts)
    if ("only" in possible && isField(key))
      used.push(`${key}:${[...new Set([...possible.only].map(classOfNumber))].sort()}`);
  return used.sort().join(" ");
}

/** Not what a whole test has shown, and not an address. */
function isField(key: string): boolean {
  return !key.includes(" ") && !key.includes(":4]");
}

/** Types behind which the same follows, as far as words go: ARP and RARP, VLAN tags, transport protocols with ports. */
const ALIKE: readonly (readonly number[])[] = [
  [0x0806, 0x8035],
  [0x8100, 0x88a8, 0x9100],
  [6, 17, 132],
];

function classOfNumber(number: number): number {
  return ALIKE.find((numbers) => numbers.includes(number))?.[0] ?? number;
}

/** `ret #k`, `ret a` and `ret x`. */
function returned({ code, k }: ClassicInstruction, { a, x }: Registers): Value {
  const source = code & 0x18;
  return source === 0x10 ? a : source === 0x08 ? x : number(k);
}
