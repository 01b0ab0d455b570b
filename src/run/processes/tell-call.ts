import type { CurrentTask } from "../../bpf/helpers/surroundings.ts";
import type { KernelEvents } from "../../hooks/events/kernel-events.ts";
import type { Outcome } from "../../hooks/seccomp/outcome.ts";
import type { Architecture } from "../../seccomp/architecture/architecture.ts";
import { syscallName } from "../../seccomp/architecture/syscalls.ts";
import type { NamedCall } from "../../seccomp/calls/written-call.ts";

const FORKS: ReadonlySet<string> = new Set(["fork", "vfork", "clone", "clone3"]);

const EXECS: ReadonlySet<string> = new Set(["execve", "execveat"]);

const EXITS: ReadonlySet<string> = new Set(["exit", "exit_group"]);

/** A process that makes calls, as tracing programs know it. */
export interface Caller {
  readonly node: string;
  readonly task: CurrentTask;
  readonly architecture: Architecture;
}

/**
 * Tells tracing programs of a call, as they see it behind its filters (kernel/entry/syscall-common.c). The process runs until whoever
 * has it make calls says that it sleeps.
 * @param result what the call gives where it runs.
 * @param isHandled its process handles SIGSYS.
 */
export function tellCall(
  events: KernelEvents,
  { node, task, architecture }: Caller,
  call: NamedCall,
  outcome: Outcome,
  result: bigint,
  isHandled: boolean,
): void {
  const { processes, schedule } = events;
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
      // Nobody comes back from these.
      if (EXITS.has(ran.name)) processes.die(node, task, true);
      else processes.exit(node, ran, result);
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
      if (!isHandled) processes.die(node, task, true);
      break;
    case "killed":
      processes.die(node, task, outcome.whole);
  }
  processes.end(node);
}
