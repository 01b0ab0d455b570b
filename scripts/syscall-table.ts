/**
 * Writes src/seccomp/architecture/syscall-table.ts from the kernel's exported headers and syscalls(2).
 *
 *   tsx scripts/syscall-table.ts UAPI S390 MANPAGE > src/seccomp/architecture/syscall-table.ts
 *
 * UAPI: a directory with one subdirectory per architecture (x86, arm64, ...), each holding asm/unistd*.h. S390: the 31-bit
 * asm/unistd_32.h of s390, which kernels from 6.13 no longer export. MANPAGE: syscalls.2 as plain roff.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Column name, file, and what is subtracted from its numbers. */
const COLUMNS: readonly [name: string, file: string, base: string][] = [
  ["x86_64", "x86/asm/unistd_64.h", ""],
  ["x86", "x86/asm/unistd_32.h", ""],
  ["x32", "x86/asm/unistd_x32.h", "__X32_SYSCALL_BIT"],
  ["arm", "arm/asm/unistd-eabi.h", "__NR_SYSCALL_BASE"],
  ["aarch64", "arm64/asm/unistd_64.h", ""],
  ["riscv64", "riscv/asm/unistd_64.h", ""],
  ["loongarch64", "loongarch/asm/unistd_64.h", ""],
  ["s390x", "s390/asm/unistd_64.h", ""],
  ["s390", "", ""],
  ["ppc64", "powerpc/asm/unistd_64.h", ""],
  ["ppc", "powerpc/asm/unistd_32.h", ""],
  ["mips", "mips/asm/unistd_o32.h", "__NR_Linux"],
  ["mips64", "mips/asm/unistd_n64.h", "__NR_Linux"],
  ["mips64n32", "mips/asm/unistd_n32.h", "__NR_Linux"],
  ["m68k", "m68k/asm/unistd_32.h", ""],
  ["parisc", "parisc/asm/unistd_32.h", ""],
  ["parisc64", "parisc/asm/unistd_64.h", ""],
  ["sh", "sh/asm/unistd_32.h", ""],
];

/** Private calls of arm, which are not in its table (arch/arm/include/uapi/asm/unistd.h). */
const ARM_PRIVATE = ["breakpoint", "cacheflush", "usr26", "usr32", "set_tls", "get_tls"];

/** Releases that the man page does not have: what is newer than it, and names that it lists under another one. */
const RELEASES: Readonly<Record<string, string>> = {
  process_mrelease: "5.15",
  futex_waitv: "5.16",
  set_mempolicy_home_node: "5.17",
  cachestat: "6.5",
  fchmodat2: "6.6",
  map_shadow_stack: "6.6",
  riscv_hwprobe: "6.4",
  futex_wake: "6.7",
  futex_wait: "6.7",
  futex_requeue: "6.7",
  statmount: "6.8",
  listmount: "6.8",
  lsm_get_self_attr: "6.8",
  lsm_set_self_attr: "6.8",
  lsm_list_modules: "6.8",
  mseal: "6.10",
  uretprobe: "6.11",
  setxattrat: "6.13",
  getxattrat: "6.13",
  listxattrat: "6.13",
  removexattrat: "6.13",
  open_tree_attr: "6.15",
  file_getattr: "6.17",
  file_setattr: "6.17",
  uprobe: "6.18",
  listns: "6.19",
  rseq_slice_yield: "7.0",
  fadvise64: "2.6",
  fadvise64_64: "2.6",
  newfstatat: "2.6.16",
  fstatat64: "2.6.16",
  umount: "1.0",
  umount2: "2.2",
  stat: "1.0",
  lstat: "1.0",
  fstat: "1.0",
  prlimit64: "2.6.36",
  semtimedop: "2.6",
  recv: "2.0",
  send: "2.0",
  riscv_flush_icache: "4.15",
  getpagesize: "2.0",
  vhangup: "1.0",
  mount_setattr: "5.12",
  pread64: "2.2",
  pwrite64: "2.2",
  arm_fadvise64_64: "2.6",
  arm_sync_file_range: "2.6.26",
  cachectl: "2.6",
};

const HEADER = `/**
 * Every call of every architecture that the kernel exports (Linux 7.2, asm/unistd*.h), a line each: its name, the release in
 * which the first architecture had it (syscalls(2); "-": not known or never there), then its number on each architecture in the order of
 * SYSCALL_COLUMNS ("-": not there). Numbers are without their ABI's base: 0x40000000 of x32, 4000, 5000 and 6000 of mips.
 * Written by scripts/syscall-table.ts.
 */
`;

const [uapi, s390, manPage] = process.argv.slice(2);
if (uapi === undefined || s390 === undefined || manPage === undefined)
  throw new Error("usage: tsx scripts/syscall-table.ts UAPI S390 MANPAGE");

const numbers = new Map<string, (number | undefined)[]>();
const set = (name: string, column: number, number: number) => {
  const row = numbers.get(name) ?? new Array<undefined>(COLUMNS.length).fill(undefined);
  row[column] = number;
  numbers.set(name, row);
};
for (const [column, [, file, base]] of COLUMNS.entries()) {
  const text = readFileSync(file === "" ? s390 : join(uapi, file), "utf8");
  for (const [, name, value] of text.matchAll(/^#define\s+__NR_(\w+)\s+\(?(.+?)\)?\s*$/gm)) {
    const plain = value!.replace(base === "" ? "\u0000" : base, "0").replaceAll(" ", "");
    const sum = /^(?:0\+)?(\d+)$/.exec(plain);
    if (sum !== null && !/^(reserved|unused)\d+$/.test(name!)) set(name!, column, Number(sum[1]));
  }
}
// s390 has what s390x has since all architectures share their new numbers, up to Linux 6.19.
const [s390x, s390Column] = ["s390x", "s390"].map((wanted) => COLUMNS.findIndex(([name]) => name === wanted));
for (const [name, row] of numbers) {
  const shared = row[s390x!];
  if (shared !== undefined && shared > 450 && shared <= 470) set(name, s390Column!, shared);
}
const arm = COLUMNS.findIndex(([name]) => name === "arm");
for (const [i, name] of ARM_PRIVATE.entries()) set(name, arm, 0xf0001 + i);

const releases = new Map<string, string>();
for (const line of readFileSync(manPage, "utf8").split("\n")) {
  const row = /^\\f[BI]([\w]+)\\fP(?:\(2\))?\t([\d.]+)/.exec(line);
  if (row !== null) releases.set(row[1]!, row[2]!);
}
const releaseOf = (name: string): string => {
  const known = RELEASES[name] ?? releases.get(name);
  if (known !== undefined) return known;
  // The 64-bit time calls came in together.
  if (/_time64$|^(clock_(get|set)time64|clock_adjtime64|timer_[gs]ettime64|timerfd_[gs]ettime64)$/.test(name))
    return "5.1";
  return "-";
};

const columns = COLUMNS.map(([name]) => `  "${name}",\n`).join("");
let out = `${HEADER}export const SYSCALL_COLUMNS = [\n${columns}] as const;\n\n`;
out += "export const SYSCALL_TABLE = `\n";
for (const name of [...numbers.keys()].sort())
  out += `${name} ${releaseOf(name)} ${numbers
    .get(name)!
    .map((number) => number ?? "-")
    .join(" ")}\n`;
process.stdout.write(`${out}\`;\n`);
