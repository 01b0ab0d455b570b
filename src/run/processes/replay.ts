import { NetsimError, type Place } from "../../errors.ts";
import { describeAction, effectOf, runsCall } from "../../hooks/seccomp/action.ts";
import type { SeccompFilter } from "../../hooks/seccomp/filter.ts";
import { type Listeners, type Outcome, outcomeOfDecision } from "../../hooks/seccomp/outcome.ts";
import { ownCall } from "../../hooks/seccomp/own-call.ts";
import type { SeccompThread } from "../../hooks/seccomp/thread.ts";
import { fileChunks } from "../../packet/capture/file-chunks.ts";
import { Undecidable } from "../../seccomp/analysis/symbolic.ts";
import type { Architecture } from "../../seccomp/architecture/architecture.ts";
import { syscallNumber } from "../../seccomp/architecture/syscalls.ts";
import { argumentValue } from "../../seccomp/calls/argument.ts";
import { readTrace } from "../../seccomp/calls/read-trace.ts";
import { splitArguments } from "../../seccomp/calls/split-arguments.ts";
import { type Judgement, TraceJudge } from "../../seccomp/calls/trace-judge.ts";
import { TraceReader } from "../../seccomp/calls/trace-reader.ts";
import type { TracedCall } from "../../seccomp/calls/traced-call.ts";
import { errnoName } from "../../seccomp/constants.ts";
import type { ReplayedCalls, ReplayResult } from "../result.ts";
import { type Ending, endingOf } from "./ending.ts";
import { refuse } from "./refuse.ts";
import { askedStrictly } from "./strict-mode.ts";

/** Makes the calls of a recorded trace under a process's filters, up to the one that ends it. */
export class Replay {
  ended: Ending | undefined;
  private readonly judge: TraceJudge;
  private readonly filters: readonly SeccompFilter[];
  private readonly listeners: Listeners;
  private readonly threads: number;
  private readonly isHandled: boolean;
  private readonly acting: SeccompThread;
  private readonly reader: TraceReader;
  private readonly groups = new Map<
    string,
    Map<Judgement, { -readonly [key in keyof ReplayedCalls]: ReplayedCalls[key] }>
  >();
  private made = 0;
  private notMade = 0;

  /**
   * @param filters in the order in which they were installed.
   * @param process `isHandled`: SIGSYS does not end it; `acting`: its thread, which calls about its own state change.
   */
  constructor(
    filters: readonly SeccompFilter[],
    listeners: Listeners,
    process: {
      readonly architecture: Architecture;
      readonly threads: number;
      readonly isHandled: boolean;
      readonly acting: SeccompThread;
    },
  ) {
    this.filters = filters;
    this.listeners = listeners;
    this.threads = process.threads;
    this.isHandled = process.isHandled;
    this.acting = process.acting;
    this.judge = new TraceJudge(filters.map(({ program }) => program));
    this.reader = new TraceReader(process.architecture, (call) => this.take(call));
  }

  /** Throws a NetsimError: `file-unreadable`, or `unsupported` for filters that cannot be followed. */
  read({ file, place }: { readonly file: string; readonly place: Place }): void {
    try {
      readTrace(fileChunks(file), this.reader);
    } catch (error) {
      if (error instanceof Undecidable)
        refuse(`The process's filters cannot be asked about a whole trace: ${error.message}.`, place, "unsupported");
      if (error instanceof NetsimError)
        throw new NetsimError(error.diagnostics.map((problem) => ({ ...problem, place })));
      throw error;
    }
  }

  result(file: string): ReplayResult {
    const outcomes = [...this.groups.values()].flatMap((answers) => [...answers.values()]);
    const count = (test: (calls: ReplayedCalls) => boolean) =>
      outcomes.reduce((sum, calls) => sum + (test(calls) ? calls.times : 0), 0);
    return {
      file,
      calls: this.made,
      ran: count(({ outcome }) => outcome === "runs"),
      refused: count(({ outcome }) => outcome !== "runs" && outcome !== "undecided"),
      undecided: count(({ outcome }) => outcome === "undecided"),
      notMade: this.notMade,
      unreadLines: this.reader.unreadCount,
      outcomes,
    };
  }

  private take(call: TracedCall): void {
    if (this.ended !== undefined) {
      this.notMade += call.count;
      return;
    }
    this.made += call.count;
    const isStrict = this.acting.mode === "strict";
    const judgement = isStrict ? this.judgeStrictly(call) : this.judge.judge(call);
    if (runs(judgement)) this.change(call);
    const name = `${call.architecture.name} ${call.name}`;
    let answers = this.groups.get(name);
    if (answers === undefined) {
      answers = new Map();
      this.groups.set(name, answers);
    }
    const known = answers.get(judgement);
    if (known !== undefined) {
      known.times += call.count;
      return;
    }
    answers.set(judgement, {
      call: call.name,
      architecture: call.architecture.name,
      line: call.line,
      times: call.count,
      ...this.outcome(call, judgement, isStrict),
    });
  }

  private judgeStrictly({ name, nr, architecture }: TracedCall): Judgement {
    const number = nr ?? syscallNumber(name, architecture);
    if (number === undefined) return "unknown";
    const asked = { nr: number, arch: architecture.audit };
    return askedStrictly(asked, architecture, this.threads).decision.returnValue;
  }

  /** What a call that runs does to the process's own state. */
  private change({ name, text, start, values }: TracedCall): void {
    if (name !== "prctl" && name !== "seccomp") return;
    const written = text === undefined ? [] : splitArguments(text, start).arguments;
    ownCall(this.acting, name, values ?? written.map((each) => argumentValue(each)?.value ?? 0n));
  }

  private outcome(
    call: TracedCall,
    judgement: Judgement,
    isStrict: boolean,
  ): Pick<ReplayedCalls, "answer" | "outcome" | "value" | "errno"> {
    const nr = call.nr ?? syscallNumber(call.name, call.architecture);
    if (typeof judgement !== "number" || nr === undefined) return { answer: null, outcome: "undecided" };
    const { filters, listeners, threads } = this;
    const asked = { nr, arch: call.architecture.audit, args: call.values ?? [] };
    if (isStrict) {
      const { outcome } = askedStrictly(asked, call.architecture, threads);
      this.ended = endingOf(outcome, this.isHandled);
      return { answer: describeAction(judgement), ...shown(outcome) };
    }
    const outcome = outcomeOfDecision(
      asked,
      filters,
      { action: effectOf(judgement), returnValue: judgement },
      listeners,
      threads,
    );
    this.ended = endingOf(outcome, this.isHandled);
    return { answer: describeAction(judgement), ...shown(outcome) };
  }
}

function runs(judgement: Judgement): boolean {
  return typeof judgement === "number" && runsCall(effectOf(judgement));
}

function shown(outcome: Outcome): Pick<ReplayedCalls, "outcome" | "value" | "errno"> {
  switch (outcome.kind) {
    case "run":
      return { outcome: "runs" };
    case "return":
      return { outcome: "returns", value: `${outcome.value}` };
    case "error":
      return { outcome: "fails", errno: errnoName(outcome.errno) ?? `${outcome.errno}` };
    default:
      return { outcome: outcome.kind };
  }
}
