import { readFileSync } from "node:fs";
import type { Libc } from "../../libc.ts";
import { mountDetached } from "../detached-mount.ts";

/** The control groups of this machine. */
export interface Hierarchy {
  /** Keeps them mounted. */
  readonly descriptor: number;
  /** Directory of the group that this process is in. */
  readonly own: string;
}

/** Mounts the control groups (cgroup2) where nobody else sees them, or says why not. */
export function mountCgroups(libc: Libc): Hierarchy | { readonly why: string } {
  const mounted = mountDetached(libc, "cgroup2");
  if ("why" in mounted) return mounted;
  const { descriptor } = mounted;
  // A group above the root of what this process sees has no path of its own here.
  const path = /^0::(.*)$/m.exec(readFileSync("/proc/self/cgroup", "utf8"))?.[1] ?? "/";
  return { descriptor, own: `/proc/self/fd/${descriptor}${path.startsWith("/..") ? "/" : path}` };
}
