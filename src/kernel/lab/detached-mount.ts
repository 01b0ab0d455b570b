import { errnoName } from "../../bpf/maps/errno.ts";
import type { Libc } from "../libc.ts";

/** Numbers of fsopen(2), fsconfig(2) and fsmount(2), the same on all machines. */
const [FSOPEN, FSCONFIG, FSMOUNT] = [430, 431, 432];
/** FSOPEN_CLOEXEC, FSMOUNT_CLOEXEC */
const CLOEXEC = 1;
const FSCONFIG_CMD_CREATE = 6;

/**
 * Mounts a file system where nobody else sees it: the mount has no name, and ends when its descriptor is closed. Gives why it cannot, as
 * the end of a sentence, where the kernel does not let it.
 */
export function mountDetached(libc: Libc, type: string): { readonly descriptor: number } | { readonly why: string } {
  const syscall = libc.declare("long syscall(long number, long a, long b, long c, long d, long e)");
  const call = (number: number, ...given: readonly number[]) =>
    Number(syscall(number, ...[0, 1, 2, 3, 4].map((i) => given[i] ?? 0)));
  const why = (name: string) => ({ why: `this kernel mounts no ${type}: ${name}(2) gives ${errnoName(libc.errno())}` });
  const name = Buffer.from(`${type}\0`);
  const context = call(FSOPEN, Number(libc.address(name)), CLOEXEC);
  if (context < 0) return why("fsopen");
  try {
    if (call(FSCONFIG, context, FSCONFIG_CMD_CREATE) < 0) return why("fsconfig");
    const descriptor = call(FSMOUNT, context, CLOEXEC);
    return descriptor < 0 ? why("fsmount") : { descriptor };
  } finally {
    libc.close(context);
  }
}
