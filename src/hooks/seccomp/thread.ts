import type { ClassicInstruction } from "../../bpf/classic/instruction.ts";
import { InterpretedFilter, type SeccompFilter } from "./filter.ts";
import { checkSeccompFilter, FILTER_PENALTY, MAX_INSTRUCTIONS_PER_PATH } from "./rules.ts";

/** SECCOMP_FILTER_FLAG_* of linux/seccomp.h. */
export const FILTER_FLAG = {
  TSYNC: 1,
  LOG: 2,
  SPEC_ALLOW: 4,
  NEW_LISTENER: 8,
  TSYNC_ESRCH: 16,
  WAIT_KILLABLE_RECV: 32,
} as const;

export type FilterFlagName = keyof typeof FILTER_FLAG;

const ALL_FLAGS = Object.values(FILTER_FLAG).reduce((all, flag) => all | flag, 0);

/** Error numbers of seccomp(2). */
export const SECCOMP_ERRNO = { ESRCH: 3, ENOMEM: 12, EACCES: 13, EBUSY: 16, EINVAL: 22 } as const;

/** An installed filter. */
interface Installed {
  readonly filter: SeccompFilter;
  readonly hasListener: boolean;
  readonly isLogged: boolean;
  readonly older: Installed | undefined;
}

/** What seccomp(2) came to: 0, or the id of a thread that cannot be synchronised; or the error number. */
export type InstallResult =
  | { readonly ok: true; readonly hasListener: boolean }
  | { readonly ok: false; readonly errno: number }
  | { readonly ok: false; readonly thread: number };

/** The threads of one process. */
export interface ThreadGroup {
  readonly threads: readonly SeccompThread[];
}

/** A thread's seccomp state (struct seccomp of include/linux/seccomp_types.h, and what kernel/seccomp.c asks of the task). */
export class SeccompThread {
  readonly id: number;
  /** PR_SET_NO_NEW_PRIVS. */
  noNewPrivileges = false;
  /** CAP_SYS_ADMIN in the thread's user namespace. */
  isPrivileged: boolean;
  /** PR_SET_DUMPABLE: whether a core file is written where the process is killed. */
  isDumpable = true;
  private current: "off" | "strict" | "filter" = "off";
  private newest: Installed | undefined;

  constructor(id: number, isPrivileged = false) {
    this.id = id;
    this.isPrivileged = isPrivileged;
  }

  get mode(): "off" | "strict" | "filter" {
    return this.current;
  }

  /** Filters in the order in which they were installed. */
  get filters(): SeccompFilter[] {
    const list: SeccompFilter[] = [];
    for (let at = this.newest; at !== undefined; at = at.older) list.unshift(at.filter);
    return list;
  }

  /** SECCOMP_SET_MODE_STRICT. Returns 0 or EINVAL: nobody leaves filter mode. */
  setStrict(): number {
    if (this.current === "filter") return SECCOMP_ERRNO.EINVAL;
    this.current = "strict";
    return 0;
  }

  /**
   * SECCOMP_SET_MODE_FILTER, in the order of seccomp_set_mode_filter's objections.
   * @param flags FILTER_FLAG values together.
   * @param group the process, for TSYNC.
   */
  install(
    program: readonly ClassicInstruction[],
    flags = 0,
    group: ThreadGroup = { threads: [this] },
    prepare: (program: readonly ClassicInstruction[]) => SeccompFilter = (checked) => new InterpretedFilter(checked),
  ): InstallResult {
    const has = (name: FilterFlagName) => (flags & FILTER_FLAG[name]) !== 0;
    const refuse = (name: keyof typeof SECCOMP_ERRNO): InstallResult => ({ ok: false, errno: SECCOMP_ERRNO[name] });
    if ((flags & ~ALL_FLAGS) !== 0) return refuse("EINVAL");
    if (has("TSYNC") && has("NEW_LISTENER") && !has("TSYNC_ESRCH")) return refuse("EINVAL");
    if (has("WAIT_KILLABLE_RECV") && !has("NEW_LISTENER")) return refuse("EINVAL");
    if (program.length === 0 || program.length > 4096) return refuse("EINVAL");
    if (!this.noNewPrivileges && !this.isPrivileged) return refuse("EACCES");
    if (checkSeccompFilter(program).length > 0) return refuse("EINVAL");
    if (this.current === "strict") return refuse("EINVAL");
    if (has("NEW_LISTENER") && this.hasListener()) return refuse("EBUSY");
    const filter = prepare(program);
    let total = filter.kernelLength;
    for (let at = this.newest; at !== undefined; at = at.older) total += at.filter.kernelLength + FILTER_PENALTY;
    if (total > MAX_INSTRUCTIONS_PER_PATH) return refuse("ENOMEM");
    if (has("TSYNC")) {
      const diverged = group.threads.find((thread) => thread !== this && !thread.canFollow(this));
      if (diverged !== undefined) return has("TSYNC_ESRCH") ? refuse("ESRCH") : { ok: false, thread: diverged.id };
    }
    this.newest = { filter, hasListener: has("NEW_LISTENER"), isLogged: has("LOG"), older: this.newest };
    this.current = "filter";
    if (has("TSYNC")) for (const thread of group.threads) if (thread !== this) thread.follow(this);
    return { ok: true, hasListener: has("NEW_LISTENER") };
  }

  /** What fork and clone make: the same filters and the same privileges. They survive execve too. */
  fork(id: number): SeccompThread {
    const child = new SeccompThread(id, this.isPrivileged);
    child.noNewPrivileges = this.noNewPrivileges;
    child.isDumpable = this.isDumpable;
    child.current = this.current;
    child.newest = this.newest;
    return child;
  }

  /** True where one of the filters has a listener; the kernel takes no second one. */
  hasListener(): boolean {
    for (let at = this.newest; at !== undefined; at = at.older) if (at.hasListener) return true;
    return false;
  }

  /** True where filter `index`, counted from the oldest, has SECCOMP_FILTER_FLAG_NEW_LISTENER. */
  listensAt(index: number): boolean {
    const list: Installed[] = [];
    for (let at = this.newest; at !== undefined; at = at.older) list.unshift(at);
    return list[index]?.hasListener ?? false;
  }

  /** seccomp_can_sync_threads: a thread without seccomp, or one whose filters the caller's go on from. */
  private canFollow(caller: SeccompThread): boolean {
    if (this.current === "off") return true;
    if (this.current !== "filter") return false;
    for (let at = caller.newest; at !== undefined; at = at.older) if (at === this.newest) return true;
    return this.newest === undefined;
  }

  /** seccomp_sync_threads. */
  private follow(caller: SeccompThread): void {
    this.newest = caller.newest;
    if (caller.noNewPrivileges) this.noNewPrivileges = true;
    this.current = "filter";
  }
}
