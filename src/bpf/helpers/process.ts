import { ERRNO } from "../maps/errno.ts";
import type { HostFunction } from "../vm/host-function.ts";
import { helper } from "./helper.ts";
import type { HelperMemory } from "./helper-memory.ts";
import { IDLE_TASK, type Surroundings } from "./surroundings.ts";

/** _NSIG */
const MOST_SIGNALS = 64;
/** The first process, which nobody may kill. */
const INIT = 1;
/** struct bpf_pidns_info */
const PIDS_BYTES = 8;
/** The only namespace of processes that there is: PROC_PID_INIT_INO, on the device of nsfs. */
const NAMESPACE = { device: 4n, inode: 0xeffffffcn } as const;
const BRANCH_RECORDS_SIZE = 1n;

/**
 * What helpers do with the process that runs (kernel/bpf/helpers.c, kernel/trace/bpf_trace.c), and what they find of its branches:
 * nothing, since the simulated processor records none.
 */
export function processHelpers(memory: HelperMemory, surroundings: Surroundings): ReadonlyMap<number, HostFunction> {
  const current = () => surroundings.task?.() ?? IDLE_TASK;
  const { sendSignal } = surroundings;
  const send = (signal: number, to: "process" | "thread") => {
    const { process } = current();
    if (process === IDLE_TASK.process || process === INIT) return -ERRNO.EPERM;
    if (signal >>> 0 > MOST_SIGNALS) return -ERRNO.EINVAL;
    return sendSignal === undefined || sendSignal(signal, to) ? 0 : -ERRNO.EPERM;
  };
  const name = "bpf_get_ns_current_pid_tgid";
  const helpers: [number, HostFunction][] = [
    helper(120, "ddww", "signed", (device: bigint, inode: bigint, to: number, size: number) => {
      const at = memory.within(name, to, size);
      memory.bytes.fill(0, at, at + size);
      if (size !== PIDS_BYTES || device !== NAMESPACE.device || inode !== NAMESPACE.inode) return -ERRNO.EINVAL;
      const { thread, process } = current();
      memory.machine.memory.setUint32(at, thread);
      memory.machine.memory.setUint32(at + 4, process);
      return 0;
    }),
    // bpf_read_branch_records and bpf_get_branch_snapshot
    helper(119, "wwwd", "signed", (_context: number, _to: number, _size: number, flags: bigint) =>
      (flags & ~BRANCH_RECORDS_SIZE) === 0n ? -ERRNO.ENOENT : -ERRNO.EINVAL,
    ),
    helper(176, "wwd", "signed", (_to: number, _size: number, flags: bigint) =>
      flags === 0n ? -ERRNO.ENOENT : -ERRNO.EINVAL,
    ),
    // bpf_get_attach_cookie: nothing is attached with one.
    helper(174, "w", "i64", () => 0n),
  ];
  // Where there are processes, somebody has to take their signals.
  if (surroundings.task === undefined || sendSignal !== undefined)
    helpers.push(
      helper(109, "w", "signed", (signal: number) => send(signal, "process")),
      helper(117, "w", "signed", (signal: number) => send(signal, "thread")),
    );
  return new Map(helpers);
}
