import type { ClassicInstruction } from "../../bpf/classic/instruction.ts";
import { ACTION, isStricter } from "../../hooks/seccomp/action.ts";
import { argumentWord } from "../../hooks/seccomp/seccomp-data.ts";
import { answersTo } from "../analysis/answers.ts";
import { isSameAnswer } from "../analysis/diff.ts";
import { leaves } from "../analysis/symbolic.ts";
import { WordSet } from "../analysis/word-set.ts";
import type { Architecture } from "../architecture/architecture.ts";
import { syscallNumber } from "../architecture/syscalls.ts";
import { argumentValue } from "./argument.ts";
import { splitArguments } from "./split-arguments.ts";
import type { TracedCall } from "./traced-call.ts";

/** What filters say of a traced call: a return value; or why there is none. */
export type Judgement = number | "depends" | "unknown";

/** Which arguments of a call any filter asks for; or the answer, where none does. */
type Plan = { readonly answer: Judgement } | { readonly nr: number; readonly needed: readonly number[] };

/** Answers that are remembered by the text of their arguments. */
const MOST_REMEMBERED = 100_000;

/**
 * Says what filters do with the calls of a trace: quickly, as most calls' arguments do not matter, and exactly, as what a trace does not tell
 * is left open. Throws Undecidable for filters that cannot be followed.
 */
export class TraceJudge {
  private readonly programs: readonly (readonly ClassicInstruction[])[];
  private readonly plans = new Map<Architecture, Map<string, Plan>>();
  private readonly remembered = new Map<string, Judgement>();

  /** @param programs filters in the order in which they were installed. */
  constructor(programs: readonly (readonly ClassicInstruction[])[]) {
    this.programs = programs;
  }

  /** The filters' answer; "depends" where it hangs on arguments that the trace does not tell, "unknown" for calls without a number. */
  judge(call: TracedCall): Judgement {
    const plan = this.planOf(call);
    if ("answer" in plan) return plan.answer;
    if (call.text === undefined) return this.answerFor(call.architecture, plan.nr, plan.needed, call.values ?? []);
    const written = splitArguments(call.text, call.start).arguments;
    let key = `${call.architecture.name} ${plan.nr}`;
    for (const index of plan.needed) key += ` ${written[index] ?? ""}`;
    const known = this.remembered.get(key);
    if (known !== undefined) return known;
    const values = written.map((text) => {
      const value = argumentValue(text);
      return value === undefined || value.isAddress ? undefined : value.value;
    });
    const answer = this.answerFor(call.architecture, plan.nr, plan.needed, values);
    if (this.remembered.size >= MOST_REMEMBERED) this.remembered.clear();
    this.remembered.set(key, answer);
    return answer;
  }

  private planOf({ architecture, name, nr }: TracedCall): Plan {
    let plans = this.plans.get(architecture);
    if (plans === undefined) {
      plans = new Map();
      this.plans.set(architecture, plans);
    }
    let plan = plans.get(name);
    if (plan === undefined) {
      plan = this.makePlan(architecture, nr ?? syscallNumber(name, architecture));
      plans.set(name, plan);
    }
    return plan;
  }

  private makePlan(architecture: Architecture, nr: number | undefined): Plan {
    if (nr === undefined) return { answer: "unknown" };
    const needed = new Set<number>();
    for (const program of this.programs)
      for (const { data } of answersTo(program, architecture, nr))
        for (const set of data) for (const word of set.keys()) if (word >= 4) needed.add((word - 4) >> 1);
    if (needed.size > 0) return { nr, needed: [...needed].sort() };
    return { answer: this.answerFor(architecture, nr, [], []) };
  }

  /** All answers that are possible with these arguments; undefined ones can be anything. */
  private answerFor(
    { audit, endian }: Architecture,
    nr: number,
    needed: readonly number[],
    values: readonly (bigint | undefined)[],
  ): Judgement {
    const within = new Map([
      [0, WordSet.of(nr)],
      [1, WordSet.of(audit)],
    ]);
    for (const argument of needed) {
      const value = values[argument];
      if (value === undefined) continue;
      within.set(argumentWord(argument, "low", endian === "little"), WordSet.of(Number(value & 0xffff_ffffn)));
      within.set(argumentWord(argument, "high", endian === "little"), WordSet.of(Number(value >> 32n)));
    }
    let answer: number = ACTION.ALLOW;
    for (const program of this.programs.toReversed()) {
      const [first, ...others] = [...leaves(program, within)].map(({ returnValue }) => returnValue);
      if (others.some((other) => !isSameAnswer(other, first!))) return "depends";
      if (isStricter(first!, answer)) answer = first!;
    }
    return answer;
  }
}
