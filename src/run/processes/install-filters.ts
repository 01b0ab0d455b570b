import { describeAction, runsCall } from "../../hooks/seccomp/action.ts";
import { CompiledFilter, type SeccompMachine } from "../../hooks/seccomp/compiled-filter.ts";
import { decide } from "../../hooks/seccomp/decide.ts";
import { InterpretedFilter } from "../../hooks/seccomp/filter.ts";
import { FILTER_FLAG, SeccompThread } from "../../hooks/seccomp/thread.ts";
import type { ProgramTable } from "../../programs/program-table.ts";
import type { Architecture } from "../../seccomp/architecture/architecture.ts";
import { parseCall } from "../../seccomp/calls/written-call.ts";
import { errnoName } from "../../seccomp/constants.ts";
import type { ProcessModel } from "../../topology/model.ts";
import { refuse } from "./refuse.ts";

/**
 * The thread of a process that has installed its filters one after the other, as seccomp(2) takes them. Throws a NetsimError where it
 * refuses one.
 * @param parent the thread that it was forked from, whose filters it has already.
 * @param machine where filters are compiled; absent: they are interpreted.
 */
export function installFilters(
  model: ProcessModel,
  architecture: Architecture,
  programs: ProgramTable,
  machine: SeccompMachine | undefined,
  parent?: SeccompThread,
): SeccompThread {
  const { pid } = model.task;
  const thread = parent?.fork(pid) ?? new SeccompThread(pid);
  thread.noNewPrivileges ||= model.noNewPrivileges;
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
  return thread;
}
