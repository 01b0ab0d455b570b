const X86_64 = 0xc000_003e;
/** Numbers of uretprobe and uprobe on x86_64, which only the kernel's own trampolines make. */
const PROBES: readonly number[] = [335, 336];

/** True for calls that the kernel asks no filter about, whatever it would answer (kernel/seccomp.c, seccomp_uprobe_exception; uretprobe since 6.13, uprobe since 6.18). */
export function isExempt(nr: number, arch: number): boolean {
  return arch === X86_64 && PROBES.includes(nr);
}
