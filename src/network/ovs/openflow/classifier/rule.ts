import type { Match } from "../match/match.ts";

/** What a classifier holds: a match with its priority, and with what it stands for. */
export interface ClassifierRule {
  readonly match: Match;
  readonly priority: number;
  /** Where the rule is only a part of conjunctive matches: which part of which. */
  readonly conjunctions: readonly Conjunction[];
}

export interface Conjunction {
  readonly id: number;
  readonly clause: number;
  readonly clauses: number;
}
