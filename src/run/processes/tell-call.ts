import type { CurrentTask } from "../../bpf/helpers/surroundings.ts";
import type { KernelEvents } from "../../hooks/events/kernel-events.ts";
import type { TracedCall } from "../../hooks/events/process-events.ts";
import type { Outcome } from "../../hooks/seccomp/outcome.ts";
import type { Architecture } from "../../seccomp/architecture/architecture.ts";
import { syscallName } from "../../seccomp/architecture/syscalls.ts";
import type { NamedCall } from "../../seccomp/calls/written-call.ts";
import { isExit } from "./ending.ts";

const FORKS: ReadonlySet<string> = new Set(["fork", "vfork", "clone", "clone3"]);

const EXECS: ReadonlySet<string> = new Set(["execve", "execveat"]);

/** A process that makes calls, as tracing programs know it. */
export interface Caller {
  readonly node: string;
  readonly task: CurrentTask;
  readonly architecture: Architecture;
  /** Its process handles SIGSYS. */
  readonly handlesSigsys: boolean;
  /** Threads of its process. */
  readonly threads: number;
  /** It undergoes the signals that it has been sent. True: they end it. */
  deliver(): boolean;
}

/**
 * Tells tracing programs of a call, as they see it behind its filters (kernel/entry/syscall-common.c). The process runs until whoever
 * has it make calls says that it sleeps.
 * @param result what the call gives where it runs.
 */
export function tellCall(
  events: KernelEvents,
  { node, task, architecture, handlesSigsys, threads, deliver }: Caller,
  call: NamedCall,
  outcome: Outcome,
  result: bigint,
): void {
  const { processes, schedule } = events;
  const leave = (left: TracedCall, value: bigint) => {
    processes.exit(node, left, value);
    if (deliver()) processes.die(node, task, true);
  };
  schedule.begin(node, task);
  processes.begin(node, call);
  switch (outcome.kind) {
    case "run": {
      const { nr, args: values = [] } = outcome.call;
      const args = values === call.args ? processes.pointingAt(call.texts, values) : values;
      const ran = { name: syscallName(nr, architecture) ?? call.name, nr, args };
      processes.enter(node, ran);
      if (FORKS.has(ran.name) && result > 0n) processes.fork(node, task, Number(result));
      if (EXECS.has(ran.name) && result >= 0n) processes.exec(node, task, call.texts?.[ran.name === "execve" ? 0 : 1]);
      processes.leave(node, ran, result);
      if (isExit(ran.name)) processes.die(node, task, threads === 1 || ran.name === "exit_group");
      else leave(ran, result);
      break;
    }
    case "return":
      leave(call, outcome.value);
      break;
    case "error":
      leave(call, BigInt(-outcome.errno));
      break;
    case "signal":
      // The registers are as before the call (syscall_rollback), so that its number is what it seems to return.
      processes.exit(node, call, BigInt(call.nr));
      if (!handlesSigsys || deliver()) processes.die(node, task, true);
      break;
    case "killed":
      processes.die(node, task, outcome.whole);
  }
  processes.end(node);
}
