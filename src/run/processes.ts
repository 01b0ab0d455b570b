import { type CurrentTask, IDLE_TASK } from "../bpf/helpers/surroundings.ts";
import { type Diagnostic, NetsimError, type Place } from "../errors.ts";
import type { KernelEvents } from "../hooks/events/kernel-events.ts";
import { describeAction, runsCall } from "../hooks/seccomp/action.ts";
import { CompiledFilter, SeccompMachine } from "../hooks/seccomp/compiled-filter.ts";
import { type Decision, decide } from "../hooks/seccomp/decide.ts";
import { InterpretedFilter, type SeccompFilter } from "../hooks/seccomp/filter.ts";
import { type Listeners, type Outcome, outcomeOf } from "../hooks/seccomp/outcome.ts";
import type { SeccompCall } from "../hooks/seccomp/seccomp-data.ts";
import { type FilterWitness, witnessed } from "../hooks/seccomp/seen.ts";
import { FILTER_FLAG, SeccompThread } from "../hooks/seccomp/thread.ts";
import type { ProgramTable } from "../programs/program-table.ts";
import { type Architecture, findArchitecture } from "../seccomp/architecture/architecture.ts";
import { isSyscall, syscallName } from "../seccomp/architecture/syscalls.ts";
import { type NamedCall, parseCall } from "../seccomp/calls/written-call.ts";
import { errnoName, errnoValue } from "../seccomp/constants.ts";
import type { AnswerModel, CallModel, HostModel, ProcessModel, SocketModel, Topology } from "../topology/model.ts";
import type { CallResult, ProcessResult } from "./result.ts";

/** What processes did, and which sockets they could not open. */
export interface ProcessRuns {
  /** By node, then in the order of the file. */
  readonly results: ReadonlyMap<string, readonly ProcessResult[]>;
  /** The topology without the sockets that are not there. */
  readonly topology: Topology;
}

const FORKS: ReadonlySet<string> = new Set(["fork", "vfork", "clone", "clone3"]);

/** A call that opens a socket ends with the first free descriptor. */
const FIRST_DESCRIPTOR = 3n;

/**
 * Runs all processes: each installs its filters, opens its sockets and makes its calls, before the first packet moves. Throws one
 * NetsimError with everything that is wrong with them.
 */
export function runProcesses(
  topology: Topology,
  programs: ProgramTable,
  engine: string,
  events: KernelEvents,
  witness?: FilterWitness,
): ProcessRuns {
  const problems: Diagnostic[] = [];
  const results = new Map<string, readonly ProcessResult[]>();
  const nodes = new Map(topology.nodes);
  const place = engine === "jit" ? new SeccompMachine() : undefined;
  for (const node of topology.nodes.values()) {
    const { processes } = node as HostModel;
    if (node.kind !== "host" || processes.size === 0) continue;
    const host = node as HostModel;
    const open = new Map(host.sockets);
    const own: ProcessResult[] = [];
    for (const model of processes.values()) {
      try {
        const process = new Process(model, programs, place, { node: host.name, events }, witness);
        const { result, refused } = process.run(
          [...host.sockets.values()].filter((each) => each.process === model.name),
        );
        own.push(result);
        for (const name of refused) open.delete(name);
      } catch (error) {
        if (!(error instanceof NetsimError)) throw error;
        problems.push(...error.diagnostics);
      }
    }
    results.set(host.name, own);
    nodes.set(host.name, { ...host, sockets: open });
  }
  if (problems.length > 0) throw new NetsimError(problems);
  return { results, topology: results.size === 0 ? topology : { ...topology, nodes } };
}

/** A call, and what a process's filters and those who are asked make of it. */
export interface FollowedCall {
  readonly call: NamedCall;
  readonly outcome: Outcome;
  readonly decision: Decision;
  /** In the order of their installation, with the programs that they are of. */
  readonly filters: readonly { readonly program: string; readonly filter: SeccompFilter }[];
}

/** Asks a process's filters of one call, as if it were its first. Throws a NetsimError where the call makes no sense. */
export function followCall(model: ProcessModel, programs: ProgramTable, text: string, place: Place): FollowedCall {
  return new Process({ ...model, calls: [] }, programs, undefined, undefined, undefined).follow(text, place);
}

/** One process, whose calls all come from its first thread. */
class Process {
  private readonly model: ProcessModel;
  private readonly architecture: Architecture;
  private readonly filters: readonly SeccompFilter[];
  private readonly calls: readonly NamedCall[];
  private readonly listeners: Listeners;
  private threads: number;
  private ended: string | undefined;
  private readonly witness: FilterWitness | undefined;

  private readonly tracing: { readonly node: string; readonly events: KernelEvents } | undefined;
  private readonly task: CurrentTask;

  constructor(
    model: ProcessModel,
    programs: ProgramTable,
    place: SeccompMachine | undefined,
    tracing: { readonly node: string; readonly events: KernelEvents } | undefined,
    witness: FilterWitness | undefined,
  ) {
    this.model = model;
    this.witness = witness;
    this.tracing = tracing;
    const { pid, uid, gid, comm } = model.task;
    this.task = { ...IDLE_TASK, thread: pid, process: pid, user: uid, group: gid, command: comm };
    this.architecture =
      findArchitecture(model.architecture) ?? refuse(`There is no architecture '${model.architecture}'.`, model.place);
    this.filters = installed(model, this.architecture, programs, place);
    this.calls = model.calls.map(({ text, place: at }) => this.parse(text, at));
    this.listeners = this.listenersOf(model);
    this.threads = model.threads;
  }

  /** Opens sockets, then makes the calls. */
  run(sockets: readonly SocketModel[]): { result: ProcessResult; refused: string[] } {
    const { name, architecture, filters } = this.model;
    const opened = sockets.map((socket) => ({ socket, calls: this.open(socket) }));
    const calls = this.calls.map((call, i) => this.makeAll(call, this.model.calls[i]!));
    const hasDied = this.ended !== undefined;
    return {
      result: {
        name,
        architecture,
        filters: filters.map(({ program }) => program),
        sockets: opened.map(({ socket, calls: made }) => ({
          name: socket.name,
          open: isOpen(made) && !hasDied,
          calls: made,
        })),
        calls,
        ended: this.ended ?? null,
      },
      refused: opened.filter(({ calls: made }) => hasDied || !isOpen(made)).map(({ socket }) => socket.name),
    };
  }

  follow(text: string, place: Place): FollowedCall {
    const call = this.parse(text, place);
    const filters = this.filters.map((filter, i) => ({ program: this.model.filters[i]!.program, filter }));
    return { call, filters, ...outcomeOf(call, this.filters, this.listeners, this.threads) };
  }

  /** socket(2), and bind(2) and listen(2) where the socket is bound and listens, as far as they get. */
  private open(socket: SocketModel): CallResult[] {
    const made: CallResult[] = [];
    for (const text of openingCalls(socket)) {
      const call = this.parse(text, socket.place);
      made.push(this.make(call, call.name === "socket" ? FIRST_DESCRIPTOR : 0n));
      if (!isOpen(made)) break;
    }
    return made;
  }

  /** A call that is made several times: the first result stands for all. */
  private makeAll(call: NamedCall, { result, count }: CallModel): CallResult {
    const first = this.make(call, result);
    for (let i = 1; i < count; i++) this.make(call, result);
    return count === 1 ? first : { ...first, times: count };
  }

  private make(call: NamedCall, result: bigint): CallResult {
    const base = { call: call.name, nr: call.nr, args: call.args.map((value) => `0x${value.toString(16)}`) };
    if (this.ended !== undefined) return { ...base, answer: null, outcome: "not made" };
    const simulated = outcomeOf(call, this.filters, this.listeners, this.threads);
    const why = this.witness?.whyNot(call);
    if (why !== undefined) refuse(why, this.model.place, "unsupported");
    const { outcome, answer } = witnessed(this.witness, call, this.filters, simulated);
    if (this.tracing?.events.isOn) this.tell(call, outcome, result, this.tracing);
    if (outcome.kind === "killed") {
      this.threads--;
      // The calls are the first thread's, which is gone even where others go on.
      this.ended = outcome.whole ? "SIGSYS" : "thread killed";
    }
    // Nobody handles SIGSYS here, so that it ends the process.
    if (outcome.kind === "signal") this.ended = "SIGSYS";
    return { ...base, answer, ...this.shown(outcome, result) };
  }

  /** Tells tracing programs of a call, as they see it behind its filters (kernel/entry/syscall-common.c). */
  private tell(
    call: NamedCall,
    outcome: Outcome,
    result: bigint,
    { node, events }: { readonly node: string; readonly events: KernelEvents },
  ): void {
    const { processes } = events;
    events.task = this.task;
    switch (outcome.kind) {
      case "run": {
        const { nr, args = [] } = outcome.call;
        const ran = { name: syscallName(nr, this.architecture) ?? call.name, nr, args };
        processes.enter(node, ran);
        if (FORKS.has(ran.name) && result > 0n) processes.fork(node, this.task, Number(result));
        processes.leave(node, ran, result);
        if (ran.name !== "exit" && ran.name !== "exit_group") processes.exit(node, ran, result);
        break;
      }
      case "return":
        processes.exit(node, call, outcome.value);
        break;
      case "error":
        processes.exit(node, call, BigInt(-outcome.errno));
        break;
      case "signal":
        // The registers are as before the call (syscall_rollback), so that its number is what it seems to return.
        processes.exit(node, call, BigInt(call.nr));
        processes.end(node, this.task);
        break;
      case "killed":
        if (outcome.whole) processes.end(node, this.task);
    }
    events.task = IDLE_TASK;
  }

  private shown(outcome: Outcome, result: bigint): Omit<CallResult, "call" | "nr" | "args" | "answer"> {
    switch (outcome.kind) {
      case "run": {
        const name = syscallName(outcome.call.nr, this.architecture) ?? `${outcome.call.nr}`;
        return { outcome: "runs", ran: name, value: `${result}`, ...(outcome.isLogged ? { logged: true } : {}) };
      }
      case "return":
        return { outcome: "returns", value: `${outcome.value}` };
      case "error":
        return { outcome: "fails", errno: errnoName(outcome.errno) ?? `${outcome.errno}` };
      case "signal":
        return { outcome: "signal", signal: "SIGSYS" };
      case "killed":
        return { outcome: "killed", signal: "SIGSYS", coreDump: outcome.coreDump };
    }
  }

  private parse(text: string, place: Place): NamedCall {
    try {
      return parseCall(text, this.architecture);
    } catch (error) {
      if (!(error instanceof NetsimError)) throw error;
      throw new NetsimError(error.diagnostics.map((problem) => ({ ...problem, code: "bad-topology", place })));
    }
  }

  private listenersOf({ supervisor, tracer }: ProcessModel): Listeners {
    for (const answers of [supervisor, tracer])
      for (const [name, answer] of answers ?? []) {
        if (!isSyscall(name)) refuse(`There is no system call '${name}'.`, answer.place);
        if (answer.kind === "errno" && errnoValue(answer.text!) === undefined)
          refuse(`There is no error '${answer.text}'.`, answer.place);
        if (answer.kind === "call") this.parse(answer.text!, answer.place);
      }
    const asked = (answers: ReadonlyMap<string, AnswerModel>, call: SeccompCall) =>
      answers.get(syscallName(call.nr, this.architecture) ?? "");
    return {
      ...(supervisor && {
        supervisor: (call: SeccompCall) => {
          const answer = asked(supervisor, call);
          if (answer?.kind === "continue") return { kind: "continue" as const };
          if (answer?.kind === "value") return { kind: "value" as const, value: answer.value! };
          return { kind: "error" as const, errno: errnoValue(answer?.text ?? "EPERM")! };
        },
      }),
      ...(tracer && {
        tracer: (call: SeccompCall) => {
          const answer = asked(tracer, call);
          if (answer?.kind === "value") return { kind: "skip" as const, value: answer.value! };
          if (answer?.kind === "call") return { kind: "change" as const, call: this.parse(answer.text!, answer.place) };
          return { kind: "continue" as const };
        },
      }),
    };
  }
}

/** Installs the filters one after the other, as seccomp(2) takes them. Throws a NetsimError where it refuses one. */
function installed(
  model: ProcessModel,
  architecture: Architecture,
  programs: ProgramTable,
  machine: SeccompMachine | undefined,
): SeccompFilter[] {
  const thread = new SeccompThread(1);
  thread.noNewPrivileges = model.noNewPrivileges;
  for (const [i, { program, place }] of model.filters.entries()) {
    const { loaded } = programs.get(program);
    if (loaded.form !== "classic")
      refuse(`A process's filters are seccomp or classic programs; '${program}' is extended.`, place);
    // The newest filter has the listener: a thread has one at most.
    const listens = model.supervisor !== undefined && i === model.filters.length - 1;
    const flags = listens ? FILTER_FLAG.NEW_LISTENER : 0;
    // Installing a filter is a call like any other.
    const { action, returnValue } = decide(
      parseCall(`seccomp(SECCOMP_SET_MODE_FILTER, ${flags}, {})`, architecture),
      thread.filters,
    );
    if (!runsCall(action))
      refuse(
        `The filters of process '${model.name}' before '${program}' answer seccomp(2) with ${describeAction(returnValue)}, so that it cannot be installed.`,
        place,
        "program-rejected",
      );
    const result = thread.install(loaded.instructions, flags, { threads: [thread] }, (checked) =>
      machine === undefined ? new InterpretedFilter(checked) : new CompiledFilter(checked, machine),
    );
    if (!result.ok) {
      const errno = "errno" in result ? (errnoName(result.errno) ?? `${result.errno}`) : "EINVAL";
      refuse(
        `seccomp(2) refuses the filter '${program}' of process '${model.name}' with ${errno}.`,
        place,
        "program-rejected",
      );
    }
  }
  return thread.filters;
}

/** A process's socket as calls, in constants that stand for themselves. */
function openingCalls({ kind, type, protocol, family, port, interface: device }: SocketModel): string[] {
  const domain = kind === "packet" ? "AF_PACKET" : family === 6 ? "AF_INET6" : "AF_INET";
  const types = {
    packet: type === "raw" ? "SOCK_RAW" : "SOCK_DGRAM",
    udp: "SOCK_DGRAM",
    tcp: "SOCK_STREAM",
    raw: "SOCK_RAW",
  };
  // Packet sockets have their ethertype in network order.
  const number = kind === "packet" ? ((protocol & 0xff) << 8) | (protocol >> 8) : protocol;
  const calls = [`socket(${domain}, ${types[kind]}, ${number})`];
  if (port !== undefined || (kind === "packet" && device !== undefined))
    calls.push(`bind(${FIRST_DESCRIPTOR}, {}, 16)`);
  if (kind === "tcp") calls.push(`listen(${FIRST_DESCRIPTOR}, ${SOMAXCONN})`);
  return calls;
}

const SOMAXCONN = 4096;

/** True where every call ran, or somebody answered for it that it did. */
function isOpen(calls: readonly CallResult[]): boolean {
  return calls.every(({ outcome }) => outcome === "runs" || outcome === "returns");
}

function refuse(
  message: string,
  place: Place,
  code: "bad-topology" | "program-rejected" | "unsupported" = "bad-topology",
): never {
  throw new NetsimError({ code, severity: "error", message, place });
}
