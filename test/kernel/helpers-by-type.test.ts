import { describe, expect, it } from "vitest";
import { assembleExtended } from "../../src/bpf/isa/assembler/assemble.ts";
import { HELPER_NAMES } from "../../src/bpf/isa/helper-names.ts";
import { simulatedTypes } from "../../src/bpf/object/simulated/simulated-types.ts";
import { findProgramType } from "../../src/bpf/program-type.ts";
import { verdictErrno } from "../../src/bpf/syscall/verdict-errno.ts";
import { verify } from "../../src/bpf/verifier/verify.ts";
import { recordedFrom, recordedOf } from "../bpf/verifier/recorded.ts";
import { kernel, kernelTypes, missing } from "./object-tools.ts";

/** What programs of a type are loaded for, where there is more than one thing: enum bpf_attach_type. */
const ATTACH_TYPES: Readonly<Record<string, readonly number[]>> = {
  cgroup_skb: [0, 1],
  cgroup_sock: [2, 12, 13, 34],
  sock_ops: [3],
  sk_skb: [4, 5, 38],
  cgroup_device: [6],
  sk_msg: [7],
  cgroup_sock_addr: [8, 9, 10, 11, 14, 15, 19, 20, 29, 30, 31, 32, 49, 50, 51, 52, 53],
  flow_dissector: [17],
  cgroup_sysctl: [18],
  cgroup_sockopt: [21, 22],
  tracing: [23],
  xdp: [37, 33, 35],
  sk_lookup: [36],
  sk_reuseport: [39, 40],
  netfilter: [45],
  sched_cls: [0, 46, 47],
};
const TYPES = [
  ...["socket_filter", "kprobe", "sched_cls", "sched_act", "tracepoint", "xdp", "perf_event", "cgroup_skb"],
  ...["cgroup_sock", "lwt_in", "lwt_out", "lwt_xmit", "sock_ops", "sk_skb", "cgroup_device", "sk_msg"],
  ...["raw_tracepoint", "cgroup_sock_addr", "lwt_seg6local", "sk_reuseport", "flow_dissector", "cgroup_sysctl"],
  ...["raw_tracepoint_writable", "cgroup_sockopt", "sk_lookup", "netfilter", "syscall", "tracing"],
];
/** BPF_F_SLEEPABLE, which syscall programs always are. */
const SLEEPABLE = 16;
const TARGET = "netif_receive_skb";

const cases = TYPES.flatMap((type) => (ATTACH_TYPES[type] ?? [0]).map((attachType) => ({ type, attachType })));

describe.skipIf(missing !== undefined)(`every helper, by type of programs${missing ? ` (${missing})` : ""}`, () => {
  const id = missing === undefined ? kernelTypes().find("typedef", `btf_trace_${TARGET}`) : undefined;

  it.each(cases)("$type for attach type $attachType", ({ type, attachType }) => {
    if ("missing" in kernel) throw new Error(kernel.missing);
    const isTracing = type === "tracing";
    const isSleepable = type === "syscall";
    const differences: unknown[] = [];
    // One more than there are, and the one that is none.
    for (let helper = 0; helper <= HELPER_NAMES.length; helper++) {
      const { bytes } = assembleExtended(`call ${helper}\nr0 = 0\nexit`, { complete: true });
      const { descriptor, log } = kernel.programs.load(bytes, {
        type: findProgramType(type)!.number,
        expectedAttachType: attachType,
        flags: isSleepable ? SLEEPABLE : 0,
        ...(isTracing ? { attachBtfId: id ?? 0 } : {}),
      });
      if (descriptor >= 0) kernel.programs.close(descriptor);
      const errno = Math.max(0, -descriptor);
      const theirs = { errno, ...recordedFrom(errno, log) };
      const verdict = verify(bytes, {
        type,
        expectedAttachType: attachType,
        sleepable: isSleepable,
        ...(isTracing ? { attachTarget: TARGET, kernelTypes: simulatedTypes() } : {}),
      });
      const ours = { errno: verdict.error === undefined ? 0 : -verdictErrno(verdict.error), ...recordedOf(verdict) };
      if (JSON.stringify(ours) !== JSON.stringify(theirs)) differences.push({ helper, ours, theirs });
    }
    expect(differences).toEqual([]);
  });
});
