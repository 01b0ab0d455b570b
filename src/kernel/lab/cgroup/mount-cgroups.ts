import { readFileSync } from "node:fs";
import { errnoName } from "../../../bpf/maps/errno.ts";
import type { Libc } from "../../libc.ts";

/** Numbers of fsopen(2), fsconfig(2) and fsmount(2), the same on all machines. */
const [FSOPEN, FSCONFIG, FSMOUNT] = [430, 431, 432];
/** FSOPEN_CLOEXEC, FSMOUNT_CLOEXEC */
const CLOEXEC = 1;
const FSCONFIG_CMD_CREATE = 6;

/** The control groups of this machine. */
export interface Hierarchy {
  /** Keeps them mounted. */
  readonly descriptor: number;
  /** Directory of the group that this process is in. */
  readonly own: string;
}

/**
 * Mounts the control groups (cgroup2) where nobody else sees them: the mount has no name, and ends with this process.
 * Gives why it cannot, as the end of a sentence, where the kernel does not let it.
 */
export function mountCgroups(libc: Libc): Hierarchy | { readonly why: string } {
  const syscall = libc.declare("long syscall(long number, long a, long b, long c, long d, long e)");
  const call = (number: number, ...given: readonly number[]) =>
    Number(syscall(number, ...[0, 1, 2, 3, 4].map((i) => given[i] ?? 0)));
  const why = (name: string) => ({ why: `this kernel mounts no cgroup2: ${name}(2) gives ${errnoName(libc.errno())}` });
  const name = Buffer.from("cgroup2\0");
  const context = call(FSOPEN, Number(libc.address(name)), CLOEXEC);
  if (context < 0) return why("fsopen");
  try {
    if (call(FSCONFIG, context, FSCONFIG_CMD_CREATE) < 0) return why("fsconfig");
    const descriptor = call(FSMOUNT, context, CLOEXEC);
    if (descriptor < 0) return why("fsmount");
    // A group above the root of what this process sees has no path of its own here.
    const path = /^0::(.*)$/m.exec(readFileSync("/proc/self/cgroup", "utf8"))?.[1] ?? "/";
    return { descriptor, own: `/proc/self/fd/${descriptor}${path.startsWith("/..") ? "/" : path}` };
  } finally {
    libc.close(context);
  }
}
