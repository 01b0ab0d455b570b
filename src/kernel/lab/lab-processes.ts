import type { LoadedProgram } from "../../programs/language.ts";
import type { ProgramTable } from "../../programs/program-table.ts";
import { succeeded } from "../../run/processes/opening-calls.ts";
import type { CallResult, ProcessResult } from "../../run/result.ts";
import { findArchitecture } from "../../seccomp/architecture/architecture.ts";
import { parseCall } from "../../seccomp/calls/written-call.ts";
import { errnoName, errnoValue } from "../../seccomp/constants.ts";
import type { AnswerModel, HostModel, ProcessModel, Topology } from "../../topology/model.ts";
import type { Libc } from "../libc.ts";
import { type CallEnd, type GuardedCall, GuardedChild } from "../seccomp/guarded-child.ts";
import { isHarmless } from "../seccomp/harmless-calls.ts";
import type { Skipped } from "./skipped.ts";

/** How calls of an architecture enter the kernel, by its name. */
const GATES: Readonly<Record<string, "syscall" | "int80">> = { x86_64: "syscall", x32: "syscall", x86: "int80" };
const SIGSYS = 31;
/** More calls of one process are left out. */
const MOST_CALLS = 10_000;

/** A call that a process made, as far as the kernel tells. */
export type LabCall = Pick<CallResult, "call" | "nr" | "args" | "outcome" | "value" | "errno" | "signal"> & {
  /** What the kernel gave, of calls that were really made. */
  readonly made?: string;
};

export interface LabProcessResult extends Pick<ProcessResult, "name" | "architecture" | "filters" | "ended"> {
  readonly sockets: readonly { readonly name: string; readonly open: boolean; readonly calls: readonly LabCall[] }[];
  readonly calls: readonly LabCall[];
}

/** A topology's processes as children that install its filters and make its calls. */
export class LabProcesses {
  readonly skipped: Skipped[] = [];
  readonly results = new Map<string, LabProcessResult[]>();
  private readonly libc: Libc;
  private readonly programs: ProgramTable;

  /** @param simulated what the same processes do in the simulation, by node: the calls that open their sockets are there. */
  constructor(
    libc: Libc,
    topology: Topology,
    programs: ProgramTable,
    simulated: ReadonlyMap<string, readonly { readonly results: ProcessResult }[]>,
  ) {
    this.libc = libc;
    this.programs = programs;
    for (const node of topology.nodes.values()) {
      if (node.kind !== "host") continue;
      for (const model of (node as HostModel).processes.values()) {
        const like = simulated.get(node.name)!.find(({ results }) => results.name === model.name)!;
        const result = this.run(model, like.results, `${node.name}/${model.name}`);
        if (result !== undefined) this.results.set(node.name, [...(this.results.get(node.name) ?? []), result]);
      }
    }
  }

  /** True where the kernel let a process open that socket, and where none has to. */
  hasOpened(node: string, socket: string): boolean {
    return !(this.results.get(node) ?? []).some(({ sockets }) =>
      sockets.some(({ name, open }) => name === socket && !open),
    );
  }

  private run(model: ProcessModel, like: ProcessResult, label: string): LabProcessResult | undefined {
    const skip = (what: string, why: string) => void this.skipped.push({ what, why });
    const gate = process.arch === "x64" ? GATES[findArchitecture(model.architecture)!.name] : undefined;
    if (gate === undefined) {
      skip(`process ${label}`, `this machine makes no calls of ${model.architecture}`);
      return undefined;
    }
    const lacking = lackingOf(model);
    if (lacking !== undefined) {
      skip(`process ${label}`, `processes of the lab have no ${lacking}`);
      return undefined;
    }
    if (model.replay !== undefined) skip(`the trace of process ${label}`, "it may do anything");
    const opening = like.sockets.flatMap(({ calls }) => calls);
    const made = like.calls.slice(0, MOST_CALLS);
    if (made.length < like.calls.length) skip(`calls of ${label} from the ${made.length}th on`, "they are too many");
    if (model.threads > 1) skip(`threads of process ${label}`, "processes of the lab have one");
    const all = [...opening, ...made];
    const results = [...opening.map(() => undefined), ...model.calls.map(({ result }) => result)];
    const { installed, calls } = new GuardedChild(this.libc).run({
      filters: model.filters.map(({ program }) => instructionsOf(this.programs.get(program).loaded)),
      noNewPrivileges: model.noNewPrivileges,
      gate,
      isSupervised: model.supervisor !== undefined,
      calls: all.map((call) => this.guarded(model, call, gate)),
    });
    const refused = installed.findIndex((result) => result < 0n);
    if (refused >= 0 || installed.length < model.filters.length) {
      const { program } = model.filters[refused >= 0 ? refused : installed.length]!;
      skip(`process ${label}`, `its filter ${program} cannot be installed in this kernel`);
      return undefined;
    }
    const shown = all.map((call, i) => callOf(call, calls[i]!, results[i]));
    const deadly = calls.find(({ kind }) => kind === "signal" || kind === "killed");
    const ownCalls = (index: number) => {
      const before = like.sockets.slice(0, index).flatMap((each) => each.calls).length;
      return shown.slice(before, before + like.sockets[index]!.calls.length);
    };
    return {
      name: model.name,
      architecture: model.architecture,
      filters: like.filters,
      sockets: like.sockets.map(({ name }, index) => {
        const own = ownCalls(index);
        return { name, calls: own, open: deadly === undefined && own.every(succeeded) };
      }),
      calls: shown.slice(opening.length),
      ended: deadly === undefined ? null : "SIGSYS",
    };
  }

  private guarded(model: ProcessModel, { call, nr, args }: CallResult, gate: "syscall" | "int80"): GuardedCall {
    const given = (answer: Pick<AnswerModel, "kind" | "text" | "value">) => ({
      value: answer.value ?? 0n,
      errno: answer.kind === "value" ? 0 : (errnoValue(answer.text ?? "EPERM") ?? 0),
    });
    const answer = model.supervisor?.get(call);
    const supervisor =
      model.supervisor === undefined || answer?.kind === "continue" ? undefined : given(answer ?? REFUSAL);
    return {
      nr,
      args: args.map(BigInt),
      gate,
      isMade: gate === "syscall" && isHarmless(nr),
      ...(supervisor && { supervisor }),
      ...(model.tracer && { tracer: this.traced(model, model.tracer.get(call), gate) }),
    };
  }

  /** What a tracer makes of a call. One that makes another call of it has the kernel asked what becomes of that. */
  private traced(
    model: ProcessModel,
    answer: AnswerModel | undefined,
    gate: "syscall" | "int80",
  ): NonNullable<GuardedCall["tracer"]> {
    if (answer?.kind === "value") return { value: answer.value!, errno: 0 };
    if (answer?.kind !== "call") return "go on";
    const { nr, args } = parseCall(answer.text!, findArchitecture(model.architecture)!);
    const { calls } = new GuardedChild(this.libc).run({
      filters: model.filters.map(({ program }) => instructionsOf(this.programs.get(program).loaded)),
      noNewPrivileges: model.noNewPrivileges,
      gate,
      isSupervised: false,
      calls: [{ nr, args, gate, isMade: false, tracer: "go on" }],
    });
    const [end] = calls;
    if (end?.kind === "gives") return { value: end.value, errno: 0 };
    if (end?.kind === "passes") return "go on";
    return end?.kind === "signal" ? "signal" : "killed";
  }
}

/** What the lab's processes cannot have. */
function lackingOf({ parent, sigsys, supervisor, strict, calls }: ProcessModel): string | undefined {
  // Their guard is a filter.
  if (strict || calls.some(({ text }) => /_MODE_STRICT/.test(text))) return "strict mode";
  if (parent !== undefined) return "parents";
  if (sigsys !== undefined) return "handlers of signals";
  const gives = [...(supervisor?.values() ?? [])].some(({ kind }) => kind === "descriptor");
  return gives ? "descriptors of a supervisor's" : undefined;
}

/** What a supervisor answers to calls that it knows nothing of. */
const REFUSAL: Pick<AnswerModel, "kind" | "text" | "value"> = { kind: "errno", text: "EPERM" };

function instructionsOf(loaded: LoadedProgram) {
  if (loaded.form !== "classic") throw new Error(`program '${loaded.name}' is extended`);
  return loaded.instructions;
}

function callOf({ call, nr, args }: CallResult, end: CallEnd, result: bigint | undefined): LabCall {
  const base = { call, nr, args };
  switch (end.kind) {
    case "passes":
      return {
        ...base,
        outcome: "runs",
        ...(result === undefined ? {} : { value: `${result}` }),
        ...(end.result === undefined ? {} : { made: `${end.result}` }),
      };
    case "gives":
      if (end.value >= 0n) return { ...base, outcome: "returns", value: `${end.value}` };
      return { ...base, outcome: "fails", errno: errnoName(Number(-end.value)) ?? `${-end.value}` };
    case "signal":
      return { ...base, outcome: "signal", signal: "SIGSYS" };
    case "killed":
      return { ...base, outcome: "killed", signal: end.signal === SIGSYS ? "SIGSYS" : `${end.signal}` };
    case "not made":
      return { ...base, outcome: "not made" };
  }
}
