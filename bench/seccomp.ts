import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ClassicInstruction } from "../src/bpf/classic/instruction.ts";
import { CompiledFilter, SeccompMachine } from "../src/hooks/seccomp/compiled-filter.ts";
import { InterpretedFilter } from "../src/hooks/seccomp/filter.ts";
import { SECCOMP_DATA_WORDS, writeSeccompData } from "../src/hooks/seccomp/seccomp-data.ts";
import { architectureNamed } from "../src/seccomp/architecture/architecture.ts";
import { syscallsOf } from "../src/seccomp/architecture/syscalls.ts";
import { compileProfile } from "../src/seccomp/compile/compile.ts";
import { encodeFilter } from "../src/seccomp/filter/raw-filter.ts";
import { DEFAULT_CAPABILITIES, type Profile } from "../src/seccomp/profile/profile.ts";
import { readProfile } from "../src/seccomp/profile/read-profile.ts";
import { Libseccomp } from "../test/reference/libseccomp.ts";
import { type BenchResult, median } from "./bench.ts";
import { isInstalled, runNetsim } from "./process.ts";

const PROFILE = "policies/web-server.json";
const ROUNDS = 5;
const CALLS = 2_000_000;
const LINES = 1_000_000;
const x86_64 = architectureNamed("x86_64");

/**
 * Calls decided under a profile: compiled, interpreted, and by the kernel, as what a filter adds to a refused call; the length of filters and how
 * many of their instructions run, beside libseccomp's; a trace of a million lines checked, whole process.
 */
export function seccomp(): BenchResult {
  const libseccomp = Libseccomp.load();
  if (libseccomp === undefined) throw new Error("the seccomp bench needs libseccomp: apt-get install libseccomp2");
  const target = { architecture: x86_64, capabilities: DEFAULT_CAPABILITIES };
  const profile = readProfile(PROFILE, readFileSync(PROFILE, "utf8"), target, () => {
    throw new Error("nothing is included");
  });
  const linear = compileProfile(profile, "linear");
  const tree = compileProfile(profile, "tree");
  const theirs = libseccomp.compile(profile)!;
  const theirTree = libseccomp.compile(profile, true)!;
  const kernel = kernelNanoseconds(tree);
  const compiled = nanoseconds(tree, true);
  const interpreted = nanoseconds(tree, false);
  const seconds = traceSeconds();
  return {
    bench: "seccomp",
    figures: {
      "compiled, ns a call": compiled,
      "interpreted, ns a call": interpreted,
      "kernel, ns that the filter adds": kernel ?? "(gcc is not installed)",
      "instructions, linear": linear.length,
      "instructions, tree": tree.length,
      "libseccomp's": theirs.length,
      "libseccomp's tree": theirTree.length,
      "run of them on average, linear": averageRun(linear, profile),
      "run, tree": averageRun(tree, profile),
      "run of libseccomp's": averageRun(theirs, profile),
      "run of libseccomp's tree": averageRun(theirTree, profile),
      "trace of a million lines, seconds": seconds,
    },
    ratios: {
      "compiled / interpreted": compiled / interpreted,
      ...(kernel === undefined ? {} : { "compiled / kernel": compiled / kernel }),
      "length / libseccomp's": linear.length / theirs.length,
      "run, tree / libseccomp's tree": averageRun(tree, profile) / averageRun(theirTree, profile),
    },
  };
}

/** Instructions that run, on average over all calls of x86_64. */
function averageRun(program: readonly ClassicInstruction[], { architectures }: Profile): number {
  const filter = new InterpretedFilter(program);
  const words = new Uint32Array(SECCOMP_DATA_WORDS);
  const path: number[] = [];
  const calls = syscallsOf(architectures[0]!);
  for (const { nr } of calls) {
    writeSeccompData({ nr, arch: x86_64.audit }, words);
    filter.trace(words, path);
  }
  return path.length / calls.length;
}

function nanoseconds(program: readonly ClassicInstruction[], isCompiled: boolean): number {
  const place = new SeccompMachine();
  const filter = isCompiled ? new CompiledFilter(program, place) : new InterpretedFilter(program);
  const { words } = place;
  writeSeccompData({ nr: 165, arch: x86_64.audit }, words);
  const rounds = Array.from({ length: ROUNDS }, () => {
    let sum = 0;
    const begun = performance.now();
    // Another number each time, so that no run is like the last.
    for (let i = 0; i < CALLS; i++) {
      words[0] = i & 0xff;
      sum = (sum + filter.run(words)) | 0;
    }
    if (sum === 1) throw new Error("not to be");
    return (1e6 * (performance.now() - begun)) / CALLS;
  });
  return median(rounds);
}

const LOOP = `#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
int main(int argc, char **argv)
{
	static struct sock_filter filter[4096];
	struct sock_fprog program = { .filter = filter };
	struct timespec begun, ended;
	long calls = atol(argv[1]), i;
	if (argc > 2) {
		FILE *file = fopen(argv[2], "r");
		program.len = fread(filter, sizeof(filter[0]), 4096, file);
		fclose(file);
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
		if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program))
			return 1;
	}
	clock_gettime(CLOCK_MONOTONIC, &begun);
	for (i = 0; i < calls; i++)
		syscall(SYS_umount2, 0, -1);
	clock_gettime(CLOCK_MONOTONIC, &ended);
	dprintf(1, "%f\\n", ((ended.tv_sec - begun.tv_sec) * 1e9 + ended.tv_nsec - begun.tv_nsec) / calls);
	return 0;
}
`;

/** What the filter adds to a call that fails anyhow. */
function kernelNanoseconds(program: readonly ClassicInstruction[]): number | undefined {
  if (!isInstalled("gcc")) return undefined;
  const directory = mkdtempSync(join(tmpdir(), "netsim-bench-"));
  try {
    const [source, loop, filter] = ["loop.c", "loop", "filter"].map((name) => join(directory, name));
    writeFileSync(source!, LOOP);
    writeFileSync(filter!, encodeFilter(program, "little"));
    if (spawnSync("gcc", ["-O2", "-o", loop!, source!]).status !== 0) return undefined;
    const time = (words: readonly string[]) =>
      Number(spawnSync(loop!, ["1000000", ...words], { encoding: "utf8" }).stdout);
    const differences = Array.from({ length: ROUNDS }, () => time([filter!]) - time([]));
    return median(differences);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function traceSeconds(): number {
  const directory = mkdtempSync(join(tmpdir(), "netsim-bench-"));
  try {
    const file = join(directory, "trace");
    const some = [
      '1234  openat(AT_FDCWD, "/lib/x86_64-linux-gnu/libc.so.6", O_RDONLY|O_CLOEXEC) = 3',
      '1234  read(3, "\\177ELF\\2\\1\\1\\3\\0\\0\\0\\0\\0\\0\\0\\0\\3\\0>\\0\\1\\0\\0\\0"..., 832) = 832',
      "1235  futex(0x7f1234567890, FUTEX_WAIT_PRIVATE, 2, NULL <unfinished ...>",
      "1234  mmap(NULL, 8192, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x7f61634fc000",
      "1235  <... futex resumed>)              = 0",
      "1234  socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, IPPROTO_TCP) = 4",
      "1234  close(3)                          = 0",
      "1234  --- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED} ---",
    ];
    writeFileSync(file, `${some.join("\n")}\n`.repeat(LINES / some.length));
    return median(Array.from({ length: 3 }, () => runNetsim(["seccomp", "check", PROFILE, "--trace", file]).seconds));
  } finally {
    rmSync(directory, { recursive: true });
  }
}
