import { describe, expect, it } from "vitest";
import { findCompilerNamed } from "../../../src/c-compiler/compilers.ts";
import { runTopology } from "../../../src/index.ts";
import { COUNTING_NETWORK, counting } from "../../run/counting-network.ts";
import { scratch } from "../../scratch.ts";

const CONTROL = "tc: { eth0: { ingress: [{ program: counts }] } }";

/** What a classifier finds, which is in r6, by how often. */
async function found(load: readonly string[]) {
  const network = COUNTING_NETWORK.replace("sockets: { dns", `${CONTROL}\n    sockets: { dns`);
  const program = counting(load.join("\n      "));
  return seen(`${network}programs:\n  counts:\n    extended: |${program}\n`);
}

async function seen(topology: string, files: Record<string, string> = {}) {
  const { maps } = await runTopology(scratch({ "topology.yaml": topology, ...files }));
  const { entries } = maps.find(({ name }) => name === "seen")!;
  return Object.fromEntries(entries.map(({ key, value }) => [String(key), value]));
}

describe("the task that runs while packets come in", () => {
  const task = ["call bpf_get_current_task_btf", "r8 = r0"];

  it("is idle", async () => {
    // Its name begins with "swapper/".
    const load = [...task, "r6 = *(u64 *)(r8 + 1752)"];
    expect(await found(load)).toEqual({ [Buffer.from("swapper/").readBigUInt64LE().toString()]: 8 });
  });

  it("has made no call", async () => {
    const load = [...task, "r1 = r8", "call bpf_task_pt_regs", "r6 = *(u64 *)(r0 + 128)"];
    expect(await found(load)).toEqual({ 0: 8 });
  });

  const stack = (flags: number) => [
    ...task,
    "*(u64 *)(r10 - 32) = 7",
    "*(u64 *)(r10 - 40) = 7",
    "r1 = r8",
    "r2 = r10",
    "r2 += -40",
    "r3 = 16",
    `r4 = ${flags}`,
    "call bpf_get_task_stack",
    "r6 = r0",
  ];

  it("is in functions of the kernel", async () => {
    expect(await found(stack(0))).toEqual({ 16: 8 });
    const twice = [...stack(0), "r6 = *(u64 *)(r10 - 40)", "r6 >>= 48"];
    expect(await found(twice)).toEqual({ 65535: 8 });
  });

  it("has no stack of a user's", async () => {
    // -EFAULT
    expect(await found([...stack(256), "r6 = -r6"])).toEqual({ 14: 8 });
  });
});

const compiler = ["clang-19", "clang"].find((name) => findCompilerNamed(name, process.env.PATH ?? "") !== undefined);
const missing = compiler === undefined ? " (there is no clang)" : "";

describe.skipIf(compiler === undefined)(`bpf_find_vma${missing}`, () => {
  // Callbacks need BTF, which only compilers write.
  const source = (section: string) => `
    #include <linux/bpf.h>
    #include <bpf/bpf_helpers.h>
    struct task_struct { int pid; } __attribute__((preserve_access_index));
    struct vm_area_struct { unsigned long vm_start, vm_end, vm_flags; } __attribute__((preserve_access_index));
    struct { __uint(type, BPF_MAP_TYPE_HASH); __type(key, __u64); __type(value, __u64); __uint(max_entries, 64); } seen SEC(".maps");
    static long mapped(struct task_struct *task, struct vm_area_struct *vma, __u64 *found) {
      *found = vma->vm_end - vma->vm_start + vma->vm_flags;
      return 0;
    }
    SEC("${section}") int counts(void *ctx) {
      struct task_struct *task = bpf_get_current_task_btf();
      __u64 found = 1, one = 1;
      long result = bpf_find_vma(task, ADDRESS, mapped, &found, FLAGS);
      found = found << 8 | -result;
      __u64 *count = bpf_map_lookup_elem(&seen, &found);
      if (count) (*count)++;
      else bpf_map_update_elem(&seen, &found, &one, 0);
      return RESULT;
    }
    char _license[] SEC("license") = "GPL";
  `;
  const [ENOENT, EINVAL] = [2, 22];
  const NONE = 1 << 8;
  const PROGRAM = (4096 + 0x75) << 8;

  it.each([
    { name: "the program of a process", section: "tp_btf/sys_enter", address: "0x400010", want: { [PROGRAM]: 2 } },
    { name: "nothing behind it", section: "tp_btf/sys_enter", address: "0x401000", want: { [NONE | ENOENT]: 2 } },
    { name: "nothing before it", section: "tp_btf/sys_enter", address: "0x3fffff", want: { [NONE | ENOENT]: 2 } },
    { name: "no flags", section: "tp_btf/sys_enter", address: "0x400010", flags: 1, want: { [NONE | EINVAL]: 2 } },
    { name: "nobody's memory while packets come in", section: "tc", address: "0x400010", want: { [NONE | ENOENT]: 8 } },
    { name: "nobody's memory while frames come in", section: "xdp", address: "0x400010", want: { [NONE | ENOENT]: 8 } },
  ])("finds $name", async ({ section, address, flags = 0, want }) => {
    const network = {
      "tp_btf/sys_enter": COUNTING_NETWORK,
      tc: COUNTING_NETWORK.replace("sockets: { dns", `${CONTROL}\n    sockets: { dns`),
      xdp: COUNTING_NETWORK.replace("10.0.0.2/24", "10.0.0.2/24, xdp: counts"),
    }[section];
    const tracing = section.startsWith("tp_btf") ? "tracing:\n  - { program: counts, tp-btf: sys_enter }\n" : "";
    const text = `${network}programs:\n  counts: { source: counts.c, section: ${section} }\n${tracing}`;
    const XDP_PASS = 2;
    const code = source(section)
      .replace("ADDRESS", address)
      .replace("FLAGS", String(flags))
      .replace("RESULT", String(section === "xdp" ? XDP_PASS : 0));
    expect(await seen(text, { "counts.c": code })).toEqual(want);
  });
});
