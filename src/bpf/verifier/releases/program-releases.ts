import { type Since, since } from "./release.ts";

/**
 * Release and commit that brought each program type and each attach type. Source: isovalent/ebpf-docs
 * data/feature-versions.yaml.
 */
const PROGRAM_TYPES: Readonly<Record<string, Since>> = {
  socket_filter: since("3.19", "ddd872bc3098"),
  kprobe: since("4.1", "2541517c32be"),
  sched_cls: since("4.1", "96be4325f443"),
  sched_act: since("4.1", "94caee8c312d"),
  tracepoint: since("4.7", "98b5c2c65c29"),
  xdp: since("4.8", "6a773a15a1e8"),
  perf_event: since("4.9", "0515e5999a46"),
  cgroup_skb: since("4.10", "0e33661de493"),
  cgroup_sock: since("4.10", "610236587600"),
  lwt_in: since("4.10", "3a0af8fd61f9"),
  lwt_out: since("4.10", "3a0af8fd61f9"),
  lwt_xmit: since("4.10", "3a0af8fd61f9"),
  sock_ops: since("4.13", "40304b2a1567"),
  sk_skb: since("4.14", "b005fd189cec"),
  cgroup_device: since("4.15", "ebc614f68736"),
  sk_msg: since("4.17", "4f738adba30a"),
  raw_tracepoint: since("4.17", "c4f6699dfcb8"),
  cgroup_sock_addr: since("4.17", "4fbac77d2d09"),
  lwt_seg6local: since("4.18", "004d4b274e2a"),
  lirc_mode2: since("4.18", "f4364dcfc86d"),
  sk_reuseport: since("4.19", "2dbb9b9e6df6"),
  flow_dissector: since("4.20", "d58e468b1112"),
  cgroup_sysctl: since("5.2", "7b146cebe30c"),
  raw_tracepoint_writable: since("5.2", "9df1c28bb752"),
  cgroup_sockopt: since("5.3", "0d01da6afc54"),
  tracing: since("5.5", "f1b9509c2fb0"),
  struct_ops: since("5.6", "27ae7997a661"),
  ext: since("5.6", "be8704ff07d2"),
  lsm: since("5.7", "fc611f47f218"),
  sk_lookup: since("5.9", "e9ddbb7707ff"),
  syscall: since("5.14", "79a7f8bdb159"),
  netfilter: since("6.4", "84601d6ee68a"),
};

/** By number of `enum bpf_attach_type`; those that all long-term releases have are left out. */
const ATTACH_TYPES: Readonly<Record<number, readonly [name: string, since: Since]>> = {
  17: ["BPF_FLOW_DISSECTOR", since("4.20", "d58e468b1112")],
  18: ["BPF_CGROUP_SYSCTL", since("5.2", "7b146cebe30c")],
  19: ["BPF_CGROUP_UDP4_RECVMSG", since("5.2", "983695fa6765")],
  20: ["BPF_CGROUP_UDP6_RECVMSG", since("5.2", "983695fa6765")],
  21: ["BPF_CGROUP_GETSOCKOPT", since("5.3", "0d01da6afc54")],
  22: ["BPF_CGROUP_SETSOCKOPT", since("5.3", "0d01da6afc54")],
  23: ["BPF_TRACE_RAW_TP", since("5.5", "f1b9509c2fb0")],
  24: ["BPF_TRACE_FENTRY", since("5.5", "fec56f5890d9")],
  25: ["BPF_TRACE_FEXIT", since("5.5", "fec56f5890d9")],
  26: ["BPF_MODIFY_RETURN", since("5.7", "ae24082331d9")],
  27: ["BPF_LSM_MAC", since("5.7", "fc611f47f218")],
  28: ["BPF_TRACE_ITER", since("5.8", "15d83c4d7cef")],
  29: ["BPF_CGROUP_INET4_GETPEERNAME", since("5.8", "1b66d253610c")],
  30: ["BPF_CGROUP_INET6_GETPEERNAME", since("5.8", "1b66d253610c")],
  31: ["BPF_CGROUP_INET4_GETSOCKNAME", since("5.8", "1b66d253610c")],
  32: ["BPF_CGROUP_INET6_GETSOCKNAME", since("5.8", "1b66d253610c")],
  33: ["BPF_XDP_DEVMAP", since("5.8", "fbee97feed9b")],
  34: ["BPF_CGROUP_INET_SOCK_RELEASE", since("5.9", "f5836749c9c0")],
  35: ["BPF_XDP_CPUMAP", since("5.9", "9216477449f3")],
  36: ["BPF_SK_LOOKUP", since("5.9", "e9ddbb7707ff")],
  38: ["BPF_SK_SKB_VERDICT", since("5.13", "a7ba4558e69a")],
  40: ["BPF_SK_REUSEPORT_SELECT_OR_MIGRATE", since("5.14", "d5e4ddaeb6ab")],
  42: ["BPF_TRACE_KPROBE_MULTI", since("5.18", "0dcac2725406")],
  43: ["BPF_LSM_CGROUP", since("6.0", "69fd337a975c")],
  45: ["BPF_NETFILTER", since("6.4", "84601d6ee68a")],
};

export const programTypeSince = (name: string): Since | undefined =>
  Object.hasOwn(PROGRAM_TYPES, name) ? PROGRAM_TYPES[name] : undefined;

/** Name and release of an attach type that not every long-term release has. */
export const attachTypeSince = (number: number): readonly [name: string, since: Since] | undefined =>
  ATTACH_TYPES[number];
