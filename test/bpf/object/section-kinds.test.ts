import { describe, expect, it } from "vitest";
import { findSectionKind } from "../../../src/bpf/object/section/find-section-kind.ts";

const plain = { autoload: true, type: undefined, attachType: undefined, attachTarget: undefined, flags: 0 };

const CASES: { name: string; want: Partial<ReturnType<typeof findSectionKind>> }[] = [
  { name: "socket", want: { type: "socket_filter" } },
  { name: "tc", want: { type: "sched_cls" } },
  { name: "tcx/egress", want: { type: "sched_cls", attachType: 47 } },
  { name: "xdp", want: { type: "xdp", attachType: 37 } },
  { name: "xdp.frags/cpumap", want: { type: "xdp", attachType: 35, flags: 32 } },
  { name: "?xdp", want: { type: "xdp", attachType: 37, autoload: false } },
  { name: "cgroup_skb/ingress", want: { type: "cgroup_skb", attachType: 0 } },
  { name: "cgroup/skb", want: { type: "cgroup_skb" } },
  { name: "cgroup/connect4", want: { type: "cgroup_sock_addr", attachType: 10 } },
  {
    name: "tracepoint/syscalls/sys_enter_openat",
    want: { type: "tracepoint", attachTarget: "syscalls/sys_enter_openat" },
  },
  { name: "kprobe", want: { type: "kprobe" } },
  { name: "fentry.s/do_unlinkat", want: { type: "tracing", attachType: 24, attachTarget: "do_unlinkat", flags: 16 } },
  { name: "syscall", want: { type: "syscall", flags: 16 } },
  // Names that libbpf before 1.0 knew by their beginnings.
  { name: "classifier/to-netdev", want: { type: "sched_cls", attachTarget: "to-netdev" } },
  { name: "socket1", want: { type: "socket_filter" } },
  { name: "xdp_prog", want: { type: "xdp", attachType: 37 } },
  { name: "lirc_mode2/raw", want: { type: "lirc_mode2", attachType: 16, attachTarget: "raw" } },
  // Names that say nothing.
  { name: "from-container", want: {} },
  { name: "2/3", want: {} },
  { name: "kprobes", want: {} },
  { name: ".text", want: {} },
  { name: "toString", want: {} },
];

describe("sections of programs", () => {
  it.each(CASES)("$name", ({ name, want }) => expect(findSectionKind(name)).toEqual({ ...plain, ...want }));

  it("are given a type by the user where they have none", () => {
    expect(findSectionKind("from-container", { "from-container": "sched_cls" }).type).toBe("sched_cls");
    expect(findSectionKind("xdp", { xdp: "sched_cls" }).type).toBe("xdp");
  });
});
