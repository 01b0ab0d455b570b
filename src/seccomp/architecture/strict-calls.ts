import { type Architecture, architectureNamed } from "./architecture.ts";
import { syscallNumber } from "./syscalls.ts";

/** Where strict mode leaves sigreturn, not rt_sigreturn. */
const OLD_SIGRETURN: ReadonlySet<string> = new Set(["x86", "s390", "s390x", "ppc"]);

/**
 * Numbers of the calls that strict mode leaves (mode1_syscalls, asm/seccomp.h of each architecture). None of x32's: its tasks are asked
 * for x86's numbers, which theirs, with bit 30, are not.
 */
export function strictCalls(architecture: Architecture): ReadonlySet<number> {
  const { name } = architecture;
  if (name === "x32") return new Set();
  const back = OLD_SIGRETURN.has(name) ? "sigreturn" : "rt_sigreturn";
  // Calls of the kernel's own trampolines, which no program makes.
  const probes = architecture === architectureNamed("x86_64") ? ["uretprobe", "uprobe"] : [];
  return new Set(["read", "write", "exit", back, ...probes].flatMap((call) => syscallNumber(call, architecture) ?? []));
}
