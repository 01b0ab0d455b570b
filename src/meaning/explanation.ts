import type { ClassicInstruction } from "../bpf/classic/instruction.ts";
import { type Analysis, analyse, type Decision } from "./analyse.ts";
import { type Claim, sentence } from "./claim.ts";
import { claimOf } from "./claims.ts";
import type { PacketContext } from "./context.ts";
import { type Formula, isNever, spelledOut } from "./formula.ts";
import { conditionFor, type DecisionNode } from "./structure.ts";
import { subjectOf } from "./subject.ts";
import type { Value } from "./value.ts";

/** A block that asks something, with where its answers lead, for packets that come to it in one way. */
export interface Question {
  readonly claim: Claim;
  /** Indices of its first and last instruction. */
  readonly first: number;
  readonly last: number;
  /** Names of questions or ends. */
  readonly yes: string;
  readonly no: string;
}

/** A question as the program's text has it, for whatever packets come to it. */
export interface BlockQuestion {
  /** What it asks: more than one thing, if that depends on the way to it. */
  readonly asks: readonly string[];
  readonly first: number;
  readonly last: number;
  /** Names of blocks or ends. */
  readonly yes: string;
  readonly no: string;
}

/** What a program can return. */
export interface End {
  readonly accepts: boolean;
  /** `accepted, at most 96 bytes`. */
  readonly text: string;
}

/** What a classic program does, in the terms of the packets that it is for. */
export interface Explanation {
  /** Where it begins: a question or an end. */
  readonly root: string;
  /** By name, each before those that it leads to, loops apart. */
  readonly questions: ReadonlyMap<string, Question>;
  readonly ends: ReadonlyMap<string, End>;
  /** The program's own graph, of all questions that can be asked; its ends are those above. */
  readonly blocks: ReadonlyMap<string, BlockQuestion>;
  /** Where that begins. */
  readonly firstBlock: string;
  /** By the name of each end that accepts: what has to hold; undefined where that takes too many words. */
  readonly conditions: ReadonlyMap<string, Formula | undefined>;
  readonly hasLoop: boolean;
}

/** Explains a classic program that has passed the kernel's checks, or that compileFilter has made. */
export function explain(instructions: readonly ClassicInstruction[], context: PacketContext): Explanation {
  const analysis = analyse(instructions);
  const { hasLoop } = analysis;
  const names = namesOf(analysis);
  const questions = new Map<string, Question>();
  const ends = new Map<string, End>();
  for (const decision of analysis.decisions) {
    const { block, facts, asks, returns } = decision;
    if (returns !== undefined)
      ends.set(
        endName(returns),
        endOf(returns, () => subjectOf(returns, facts, context).text),
      );
    if (asks === undefined) continue;
    questions.set(names.get(decision)!, {
      claim: claimOf(asks.test, facts, context),
      first: block.start,
      last: block.end - 1,
      yes: names.get(asks.yes)!,
      no: names.get(asks.no)!,
    });
  }
  const root = names.get(analysis.start)!;
  const { blocks, firstBlock } = blockGraph(analysis, context);
  const nodes = new Map([...questions].map(([at, question]) => [at, nodeOf(question)]));
  const accepting = [...ends].filter(([, { accepts }]) => accepts);
  const conditions = accepting.map(([end]) => [end, hasLoop ? undefined : conditionOf(end, root, nodes)] as const);
  return {
    root,
    questions,
    ends,
    blocks,
    firstBlock,
    // An end that is never come to is none.
    conditions: new Map(conditions.filter(([, condition]) => condition === undefined || !isNever(condition))),
    hasLoop,
  };
}

function blockGraph({ decisions }: Analysis, context: PacketContext): Pick<Explanation, "blocks" | "firstBlock"> {
  const byStart = new Map<number, Decision[]>();
  for (const decision of decisions)
    byStart.set(decision.block.start, [...(byStart.get(decision.block.start) ?? []), decision]);
  const target = (start: number) => {
    let at = start;
    for (let steps = 0; steps <= byStart.size; steps++) {
      const [decision] = byStart.get(at) ?? [];
      // Nothing comes to a block that is not there.
      if (decision === undefined) return undefined;
      if (decision.returns !== undefined) return endName(decision.returns);
      if (decision.block.exit.kind !== "jump") break;
      at = decision.block.exit.to;
    }
    return `${at}`;
  };
  const blocks = new Map<string, BlockQuestion>();
  for (const [start, ways] of byStart) {
    const { block } = ways[0]!;
    if (block.exit.kind !== "test") continue;
    const asks = new Set(ways.map(({ test, facts }) => sentence(claimOf(test!, facts, context).yes)));
    const [yes, no] = [target(block.exit.yes), target(block.exit.no)];
    blocks.set(`${start}`, { asks: [...asks], first: start, last: block.end - 1, yes: yes ?? no!, no: no ?? yes! });
  }
  return { blocks, firstBlock: target(0)! };
}

function conditionOf(end: string, root: string, nodes: ReadonlyMap<string, DecisionNode>): Formula | undefined {
  const condition = conditionFor(end, root, nodes);
  return condition && spelledOut(condition);
}

function nodeOf({ claim, yes, no }: Question): DecisionNode {
  return { formula: { kind: "claim", claim, holds: true }, yes, no };
}

/** Decisions by the name of the question or end that they are, or that they lead to without a question. */
function namesOf({ decisions }: Analysis): Map<Decision, string> {
  const names = new Map<Decision, string>();
  const ways = new Map<number, number>();
  for (const decision of decisions) {
    const { block, returns, asks } = decision;
    const way = ways.get(block.start) ?? 0;
    ways.set(block.start, way + 1);
    if (returns !== undefined) names.set(decision, endName(returns));
    else if (asks !== undefined) names.set(decision, way === 0 ? `${block.start}` : `${block.start}, way ${way + 1}`);
  }
  for (const decision of decisions) {
    let end = decision;
    for (let steps = 0; end.next !== undefined && steps < decisions.length; steps++) end = end.next;
    names.set(decision, names.get(end) ?? `${end.block.start}`);
  }
  return names;
}

function endName(value: Value): string {
  return `return ${value.key}`;
}

function endOf(value: Value, words: () => string): End {
  if (value.kind !== "number")
    return { accepts: true, text: `accepted, at most as many bytes as ${words()} says; 0 rejects` };
  const { number } = value;
  if (number === 0) return { accepts: false, text: "rejected" };
  return { accepts: true, text: number >= 0x7fff_ffff ? "accepted whole" : `accepted, at most ${number} bytes` };
}
