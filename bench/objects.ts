import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readKernelTypes } from "../src/bpf/object/btf/read-kernel-types.ts";
import { readObject } from "../src/bpf/object/read-object.ts";
import { compileSource } from "../src/c-compiler/compile.ts";
import { findCompilerNamed } from "../src/c-compiler/compilers.ts";
import { libbpf } from "../test/kernel/libbpf.ts";
import { type BenchResult, median } from "./bench.ts";

const ROUNDS = 7;
const PROGRAMS = 40;
const LINES = 160;
const SHARED = 20;

/** C that becomes an object of about 2 MB: programs that share functions, maps, constants, and many lines. */
function source(adapts: boolean): string {
  const maps = Array.from(
    { length: 20 },
    (_, i) =>
      `struct value${i} { int a, b[${i + 1}]; }; struct { __uint(type, BPF_MAP_TYPE_ARRAY); __type(key, int); __type(value, struct value${i}); __uint(max_entries, 4); } map${i} SEC(".maps");`,
  );
  const shared = Array.from(
    { length: SHARED },
    (_, i) =>
      `static __attribute__((noinline)) int shared${i}(int x) {\n${lines(LINES / 2, (n) => `x = x * ${n + 3} + table[(x + ${n}) & 63];`)}\nreturn x;\n}`,
  );
  const programs = Array.from(
    { length: PROGRAMS },
    (_, i) =>
      `SEC("tc") int program${i}(struct __sk_buff *skb) {\nint x = skb->len, key = x & 3; struct value${i % 20} *v;\n${lines(
        LINES,
        (n) =>
          n % 8 === 0
            ? `v = bpf_map_lookup_elem(&map${i % 20}, &key); if (v) v->a += x;`
            : n % 11 === 0
              ? `x += shared${(i + n) % SHARED}(x);`
              : n % 5 === 0
                ? `x ^= ((struct __sk_buff *)skb)->mark + total[${n & 15}];`
                : `x = x * ${n + i} + table[(x + ${n}) & 63];`,
      )}\nreturn x;\n}`,
  );
  return [
    adapts ? "#define ADAPTS 1" : "",
    "#include <linux/bpf.h>\n#include <bpf/bpf_helpers.h>\n#include <bpf/bpf_core_read.h>",
    "const volatile int table[64] = { 1, 2, 3 }; int total[16];",
    adapts
      ? 'struct task_struct { int pid; int tgid; } __attribute__((preserve_access_index)); SEC("raw_tp/sys_enter") int adapted(void *ctx) { struct task_struct *t = (void *)bpf_get_current_task(); total[0] = BPF_CORE_READ(t, pid) + BPF_CORE_READ(t, tgid); return 0; }'
      : "",
    ...maps,
    ...shared,
    ...programs,
    'char _license[] SEC("license") = "GPL";\n',
  ].join("\n");
}

const lines = (count: number, line: (n: number) => string): string =>
  Array.from({ length: count }, (_, n) => line(n)).join("\n");

/**
 * Reading an object of about 2 MB, maps and linked programs included, against libbpf: opening it, which leaves the linking out,
 * and opening and loading it, which has the kernel's verifier in it. With CO-RE both read the running kernel's types anew.
 */
export function objects(): BenchResult {
  if ("missing" in libbpf) throw new Error(`the objects bench needs libbpf: ${libbpf.missing}`);
  const reference = libbpf;
  const directory = mkdtempSync(join(tmpdir(), "netsim-bench-"));
  const figures: Record<string, number> = {};
  const ratios: Record<string, number> = {};
  try {
    for (const adapts of [false, true]) {
      const file = join(directory, `large${adapts ? "-core" : ""}.c`);
      writeFileSync(file, source(adapts));
      const compiler = findCompilerNamed("clang-19", process.env.PATH ?? "") === undefined ? "clang" : "clang-19";
      const { object } = compileSource(file, { compiler });
      const read = () => {
        const options = adapts ? { kernelTypes: readKernelTypes(readFileSync("/sys/kernel/btf/vmlinux")) } : {};
        const begun = process.hrtime.bigint();
        const { programs } = readObject(object, options);
        const elapsed = Number(process.hrtime.bigint() - begun) / 1e6;
        return { elapsed, slots: programs.reduce((sum, it) => sum + it.instructions.length / 8, 0) };
      };
      const [ours, opened, loaded]: [number[], number[], number[]] = [[], [], []];
      const { elapsed: first, slots } = read();
      for (let round = 0; round < ROUNDS; round++) {
        ours.push(read().elapsed);
        opened.push(reference.time(object, false));
        if (round < 3) loaded.push(reference.time(object, true));
      }
      const name = adapts ? "with CO-RE" : "without CO-RE";
      figures[`${name}: MB`] = object.length / 1e6;
      figures[`${name}: linked instructions`] = slots;
      figures[`${name}: first read, ms`] = first;
      figures[`${name}: read, ms`] = median(ours);
      figures[`${name}: libbpf open, ms`] = median(opened);
      figures[`${name}: libbpf open and load, ms`] = median(loaded);
      ratios[`${name}: against open`] = median(ours) / median(opened);
      ratios[`${name}: against open and load`] = median(ours) / median(loaded);
      ratios[`${name}: first read against open and load`] = first / median(loaded);
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
  return { bench: "objects", figures, ratios };
}
