import { type CurrentTask, IDLE_TASK } from "../../bpf/helpers/surroundings.ts";
import type { Place } from "../../errors.ts";
import type { KernelEvents } from "../../hooks/events/kernel-events.ts";
import type { SeccompMachine } from "../../hooks/seccomp/compiled-filter.ts";
import type { Decision } from "../../hooks/seccomp/decide.ts";
import type { SeccompFilter } from "../../hooks/seccomp/filter.ts";
import { type Listeners, type Outcome, outcomeOf } from "../../hooks/seccomp/outcome.ts";
import { ownCall } from "../../hooks/seccomp/own-call.ts";
import type { SeccompCall } from "../../hooks/seccomp/seccomp-data.ts";
import { type FilterWitness, witnessed } from "../../hooks/seccomp/seen.ts";
import type { SeccompThread } from "../../hooks/seccomp/thread.ts";
import type { ProgramTable } from "../../programs/program-table.ts";
import { type Architecture, findArchitecture } from "../../seccomp/architecture/architecture.ts";
import { syscallName } from "../../seccomp/architecture/syscalls.ts";
import type { NamedCall } from "../../seccomp/calls/written-call.ts";
import type { CallModel, ProcessModel, SocketModel } from "../../topology/model.ts";
import type { CallResult, ProcessResult } from "../result.ts";
import { shownOutcome } from "./call-result.ts";
import { Descriptors } from "./descriptors.ts";
import { type Ending, endingOf, isExit } from "./ending.ts";
import { installFilters } from "./install-filters.ts";
import { listenersOf, readCall, valueAfterSignal } from "./listeners.ts";
import { bindingCalls, socketCall, succeeded } from "./opening-calls.ts";
import { refuse } from "./refuse.ts";
import { Replay } from "./replay.ts";
import { Signals } from "./signals.ts";
import { SocketService } from "./socket-service.ts";
import { askedStrictly } from "./strict-mode.ts";
import { type Caller, tellCall } from "./tell-call.ts";

/** What processes of a host have around them. */
export interface Surroundings {
  readonly node: string;
  readonly programs: ProgramTable;
  /** Where filters are compiled; absent: they are interpreted. */
  readonly machine?: SeccompMachine;
  /** Absent: nobody traces. */
  readonly events?: KernelEvents;
  readonly witness?: FilterWitness;
}

/** A call, and what a process's filters and those who are asked make of it. */
export interface FollowedCall {
  readonly call: NamedCall;
  readonly outcome: Outcome;
  readonly decision: Decision;
  /** In the order of their installation, with the programs that they are of. */
  readonly filters: readonly { readonly program: string; readonly filter: SeccompFilter }[];
}

/** One process, whose calls all come from its first thread. */
export class Process {
  readonly model: ProcessModel;
  readonly thread: SeccompThread;
  /** Programs that are its filters, those of its parents included, the oldest first. */
  readonly filterNames: readonly string[];
  /** What it does for its sockets while packets move, by their names. */
  readonly services = new Map<string, SocketService>();
  private readonly architecture: Architecture;
  private readonly filters: readonly SeccompFilter[];
  private readonly calls: readonly NamedCall[];
  private readonly descriptors = new Descriptors();
  private readonly signals = new Signals();
  private readonly listeners: Listeners;
  private readonly around: Surroundings;
  private readonly task: CurrentTask;
  private readonly caller: Caller;
  /** Its thread as its calls leave it; what is forked from it begins without what they did. */
  private readonly acting: SeccompThread;
  private ended: Ending | undefined;
  /** A signal has stopped it: it is there, and makes no calls. */
  private isStopped = false;
  private result: ProcessResult | undefined;

  /** Installs its filters. Throws a NetsimError where something about it cannot be. @param parent the process that it was forked from. */
  constructor(model: ProcessModel, around: Surroundings, parent?: Process) {
    // A forked process has its parent's handlers, and its parent's filters the listener that they had.
    this.model = { ...inherited(parent?.model), ...model };
    this.filterNames = [...(parent?.filterNames ?? []), ...model.filters.map(({ program }) => program)];
    this.around = around;
    const { pid, uid, gid, comm } = model.task;
    this.task = { ...IDLE_TASK, thread: pid, process: pid, user: uid, group: gid, command: comm };
    this.architecture =
      findArchitecture(model.architecture) ?? refuse(`There is no architecture '${model.architecture}'.`, model.place);
    this.thread = installFilters(model, this.architecture, around.programs, around.machine, parent?.thread);
    this.filters = this.thread.filters;
    this.acting = this.thread.fork(pid);
    this.acting.isDumpable = model.dumpable;
    this.calls = model.calls.map(({ text, place }) => readCall(text, this.architecture, place));
    this.listeners = listenersOf(this.model, this.architecture, this.descriptors);
    this.caller = {
      node: around.node,
      task: this.task,
      architecture: this.architecture,
      handlesSigsys: this.model.sigsys !== undefined,
      threads: this.model.threads,
      deliver: () => this.deliver(),
    };
    around.events?.processes.takeSignals(this.task, (signal) => this.signals.send(signal));
  }

  /** Opens sockets, makes the calls, replays a trace. Returns the names of the sockets that are not open then. */
  run(sockets: readonly SocketModel[]): readonly string[] {
    const { name, architecture, replay, strict } = this.model;
    const opened = sockets.map((socket) => ({ socket, calls: this.open(socket) }));
    if (strict && this.acting.setStrict() !== 0)
      refuse(`Process '${name}' has filters, so that it cannot go into strict mode (EINVAL).`, this.model.place);
    const calls = this.calls.map((call, i) => this.makeAll(call, this.model.calls[i]!));
    const replayed = replay && this.replay(replay);
    this.sleep();
    const isOpen = (made: readonly CallResult[]) => !this.isGone && made.every(succeeded);
    for (const { socket, calls: made } of opened)
      if (socket.serves !== undefined && isOpen(made)) this.services.set(socket.name, this.serviceOf(socket));
    this.result = {
      name,
      architecture,
      filters: this.filterNames,
      sockets: opened.map(({ socket, calls: made }) => ({ name: socket.name, open: isOpen(made), calls: made })),
      calls,
      ...(replayed && { replay: replayed }),
      ended: this.ended ?? null,
    };
    return opened.filter(({ calls: made }) => !isOpen(made)).map(({ socket }) => socket.name);
  }

  private sleep(): void {
    const { events, node } = this.around;
    if (!events?.isOn) return;
    const { schedule, processes } = events;
    schedule.end(node);
    // What has been sent to it since it left its last call wakes it.
    if (this.ended !== undefined || !this.deliver()) return;
    schedule.begin(node, this.task);
    processes.die(node, this.task, true);
    schedule.end(node);
  }

  /** It undergoes the signals that it has been sent. True: they end it. */
  private deliver(): boolean {
    const delivered = this.signals.deliver();
    if (delivered === undefined) return false;
    this.ended = delivered.name;
    this.isStopped = !delivered.isGone;
    return delivered.isGone;
  }

  /** What it has done so far. */
  get results(): ProcessResult {
    const result = this.result!;
    return {
      ...result,
      sockets: result.sockets.map((socket) => {
        const service = this.services.get(socket.name);
        return service === undefined ? socket : { ...socket, serves: service.results };
      }),
      ended: this.ended ?? null,
    };
  }

  get isAlive(): boolean {
    return this.ended === undefined;
  }

  /** It has ended, and its sockets are closed. */
  private get isGone(): boolean {
    return this.ended !== undefined && !this.isStopped;
  }

  /** Asks its filters, and those who listen, of a call. Throws a NetsimError where the call makes no sense. */
  follow(text: string, place: Place): FollowedCall {
    const call = readCall(text, this.architecture, place);
    const names = this.filterNames;
    const filters = this.filters.map((filter, i) => ({ program: names[i]!, filter }));
    return { call, filters, ...this.outcomeOf(call) };
  }

  /** socket(2), then bind(2) and listen(2) where the socket is bound and listens, as far as they get. */
  private open(socket: SocketModel): CallResult[] {
    const make = (text: string, result: bigint) =>
      this.make(readCall(text, this.architecture, socket.place), result).result;
    const free = this.descriptors.take();
    const made = [make(socketCall(socket), BigInt(free))];
    // Somebody may have answered with another descriptor.
    const descriptor = Number(made[0]!.value ?? free);
    if (descriptor !== free) this.descriptors.release(free);
    for (const text of bindingCalls(socket, descriptor)) {
      if (!succeeded(made.at(-1)!)) break;
      made.push(make(text, 0n));
    }
    return made;
  }

  /** A call that is made several times: the first result stands for all. */
  private makeAll(call: NamedCall, { result, count }: CallModel): CallResult {
    const { result: first } = this.make(call, result);
    for (let i = 1; i < count; i++) this.make(call, result);
    return count === 1 ? first : { ...first, times: count };
  }

  private make(call: NamedCall, result: bigint): { readonly result: CallResult; readonly outcome?: Outcome } {
    const base = { call: call.name, nr: call.nr, args: call.args.map((value) => `0x${value.toString(16)}`) };
    if (this.ended !== undefined) return { result: { ...base, answer: null, outcome: "not made" } };
    const { witness } = this.around;
    const simulated = this.outcomeOf(call);
    const why =
      witness && this.acting.mode === "strict"
        ? "Only the simulation has processes in strict mode."
        : witness?.whyNot(call);
    if (why !== undefined) refuse(why, this.model.place, "unsupported");
    const { outcome, answer } = witnessed(witness, call, this.filters, simulated);
    const given = (outcome.kind === "run" ? this.ownResult(outcome.call) : undefined) ?? result;
    this.undergo(call, outcome, given);
    const { sigsys } = this.model;
    const afterSignal = sigsys && valueAfterSignal(sigsys, call);
    const shown = shownOutcome(outcome, this.architecture, given, afterSignal, this.acting.isDumpable);
    return { result: { ...base, answer, ...shown }, outcome };
  }

  /** What the mode that it is in makes of a call. */
  private outcomeOf(call: NamedCall): { readonly outcome: Outcome; readonly decision: Decision } {
    const { threads } = this.model;
    if (this.acting.mode === "strict") return askedStrictly(call, this.architecture, threads);
    return outcomeOf(call, this.filters, this.listeners, threads);
  }

  /** What a call that runs gives where it is about what the process may do, which it changes. */
  private ownResult({ nr, args = [] }: SeccompCall): bigint | undefined {
    return ownCall(this.acting, syscallName(nr, this.architecture) ?? "", args);
  }

  /** What an outcome does to the process itself. */
  private undergo(call: NamedCall, outcome: Outcome, result: bigint): void {
    const { around, caller, signals } = this;
    const ran = outcome.kind === "run" ? (syscallName(outcome.call.nr, caller.architecture) ?? call.name) : "";
    if (outcome.kind === "run") signals.follow(ran, outcome.call.args ?? [], result, caller.task);
    if (around.events?.isOn) tellCall(around.events, caller, call, outcome, result);
    else this.deliver();
    if (outcome.kind === "run" && call.name === "close") this.descriptors.release(Number(call.args[0] ?? 0n));
    // A new program may be dumped again (begin_new_exec).
    if (outcome.kind === "run" && result >= 0n && /^execve(at)?$/.test(call.name)) this.acting.isDumpable = true;
    this.ended = endingOf(outcome, caller.handlesSigsys) ?? (isExit(ran) ? ran : this.ended);
  }

  private serviceOf(socket: SocketModel): SocketService {
    const calls = (socket.serves ?? []).map(({ text, result, place }) => ({
      call: readCall(text, this.architecture, place),
      result,
    }));
    return new SocketService(calls, {
      make: (call, result) => this.make(call, result),
      again: (call, outcome, result) => this.undergo(call, outcome, result),
      isAlive: () => this.isAlive,
      isGone: () => this.isGone,
      sleep: () => this.sleep(),
      mode: () => this.acting.mode,
    });
  }

  private replay(replay: NonNullable<ProcessModel["replay"]>) {
    if (this.around.witness !== undefined)
      refuse(
        "A trace is replayed by the simulation only; give single `calls` to the kernel.",
        replay.place,
        "unsupported",
      );
    const { filters, listeners, acting } = this;
    const { sigsys, threads } = this.model;
    const run = new Replay(filters, listeners, {
      architecture: this.architecture,
      threads,
      isHandled: sigsys !== undefined,
      acting,
    });
    if (this.ended === undefined) run.read(replay);
    this.ended = run.ended;
    return run.result(replay.text);
  }
}

function inherited(parent: ProcessModel | undefined): Partial<ProcessModel> {
  const { supervisor, sigsys } = parent ?? {};
  return { ...(supervisor && { supervisor }), ...(sigsys && { sigsys }) };
}
