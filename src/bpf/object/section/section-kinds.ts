import type { AttachTypeName } from "./attach-type.ts";

/** What libbpf takes a section's programs for (its section_defs). */
export interface SectionKind {
  /** The section's whole name. */
  readonly name: string;
  /** As bpftool names it. */
  readonly type: string;
  readonly attachType?: AttachTypeName;
  /** A slash and what the program is for may follow. */
  readonly target?: true;
  /** The program may sleep (BPF_F_SLEEPABLE). */
  readonly sleepable?: true;
  /** The program takes packets in several buffers (BPF_F_XDP_HAS_FRAGS). */
  readonly fragments?: true;
}

const kind = (type: string, name: string, attachType?: AttachTypeName): SectionKind =>
  attachType === undefined ? { name, type } : { name, type, attachType };
const targeted = (type: string, name: string, attachType?: AttachTypeName): SectionKind => ({
  ...kind(type, name, attachType),
  target: true,
});
const sleepable = (type: string, name: string, attachType?: AttachTypeName): SectionKind => ({
  ...targeted(type, name, attachType),
  sleepable: true,
});
const fragments = (name: string, attachType: AttachTypeName): SectionKind => ({
  ...kind("xdp", name, attachType),
  fragments: true,
});

export const SECTION_KINDS: readonly SectionKind[] = [
  kind("socket_filter", "socket"),
  kind("sk_reuseport", "sk_reuseport/migrate", "SK_REUSEPORT_SELECT_OR_MIGRATE"),
  kind("sk_reuseport", "sk_reuseport", "SK_REUSEPORT_SELECT"),
  targeted("kprobe", "kprobe"),
  targeted("kprobe", "uprobe"),
  sleepable("kprobe", "uprobe.s"),
  targeted("kprobe", "kretprobe"),
  targeted("kprobe", "uretprobe"),
  sleepable("kprobe", "uretprobe.s"),
  targeted("kprobe", "kprobe.multi", "TRACE_KPROBE_MULTI"),
  targeted("kprobe", "kretprobe.multi", "TRACE_KPROBE_MULTI"),
  targeted("kprobe", "kprobe.session", "TRACE_KPROBE_SESSION"),
  targeted("kprobe", "uprobe.multi", "TRACE_UPROBE_MULTI"),
  targeted("kprobe", "uretprobe.multi", "TRACE_UPROBE_MULTI"),
  targeted("kprobe", "uprobe.session", "TRACE_UPROBE_SESSION"),
  sleepable("kprobe", "uprobe.multi.s", "TRACE_UPROBE_MULTI"),
  sleepable("kprobe", "uretprobe.multi.s", "TRACE_UPROBE_MULTI"),
  sleepable("kprobe", "uprobe.session.s", "TRACE_UPROBE_SESSION"),
  targeted("kprobe", "ksyscall"),
  targeted("kprobe", "kretsyscall"),
  targeted("kprobe", "usdt"),
  sleepable("kprobe", "usdt.s"),
  kind("sched_cls", "tc/ingress", "TCX_INGRESS"),
  kind("sched_cls", "tc/egress", "TCX_EGRESS"),
  kind("sched_cls", "tcx/ingress", "TCX_INGRESS"),
  kind("sched_cls", "tcx/egress", "TCX_EGRESS"),
  kind("sched_cls", "tc"),
  kind("sched_cls", "classifier"),
  kind("sched_act", "action"),
  kind("sched_cls", "netkit/primary", "NETKIT_PRIMARY"),
  kind("sched_cls", "netkit/peer", "NETKIT_PEER"),
  targeted("tracepoint", "tracepoint"),
  targeted("tracepoint", "tp"),
  targeted("raw_tracepoint", "raw_tracepoint"),
  targeted("raw_tracepoint", "raw_tp"),
  targeted("raw_tracepoint_writable", "raw_tracepoint.w"),
  targeted("raw_tracepoint_writable", "raw_tp.w"),
  targeted("tracing", "tp_btf", "TRACE_RAW_TP"),
  targeted("tracing", "fentry", "TRACE_FENTRY"),
  targeted("tracing", "fmod_ret", "MODIFY_RETURN"),
  targeted("tracing", "fexit", "TRACE_FEXIT"),
  sleepable("tracing", "fentry.s", "TRACE_FENTRY"),
  sleepable("tracing", "fmod_ret.s", "MODIFY_RETURN"),
  sleepable("tracing", "fexit.s", "TRACE_FEXIT"),
  targeted("ext", "freplace"),
  targeted("lsm", "lsm", "LSM_MAC"),
  sleepable("lsm", "lsm.s", "LSM_MAC"),
  targeted("lsm", "lsm_cgroup", "LSM_CGROUP"),
  targeted("tracing", "iter", "TRACE_ITER"),
  sleepable("tracing", "iter.s", "TRACE_ITER"),
  { ...kind("syscall", "syscall"), sleepable: true },
  fragments("xdp.frags/devmap", "XDP_DEVMAP"),
  kind("xdp", "xdp/devmap", "XDP_DEVMAP"),
  fragments("xdp.frags/cpumap", "XDP_CPUMAP"),
  kind("xdp", "xdp/cpumap", "XDP_CPUMAP"),
  fragments("xdp.frags", "XDP"),
  kind("xdp", "xdp", "XDP"),
  kind("perf_event", "perf_event"),
  kind("lwt_in", "lwt_in"),
  kind("lwt_out", "lwt_out"),
  kind("lwt_xmit", "lwt_xmit"),
  kind("lwt_seg6local", "lwt_seg6local"),
  kind("sock_ops", "sockops", "CGROUP_SOCK_OPS"),
  kind("sk_skb", "sk_skb/stream_parser", "SK_SKB_STREAM_PARSER"),
  kind("sk_skb", "sk_skb/stream_verdict", "SK_SKB_STREAM_VERDICT"),
  kind("sk_skb", "sk_skb/verdict", "SK_SKB_VERDICT"),
  kind("sk_skb", "sk_skb"),
  kind("sk_msg", "sk_msg", "SK_MSG_VERDICT"),
  kind("lirc_mode2", "lirc_mode2", "LIRC_MODE2"),
  kind("flow_dissector", "flow_dissector", "FLOW_DISSECTOR"),
  kind("cgroup_skb", "cgroup_skb/ingress", "CGROUP_INET_INGRESS"),
  kind("cgroup_skb", "cgroup_skb/egress", "CGROUP_INET_EGRESS"),
  kind("cgroup_skb", "cgroup/skb"),
  kind("cgroup_sock", "cgroup/sock_create", "CGROUP_INET_SOCK_CREATE"),
  kind("cgroup_sock", "cgroup/sock_release", "CGROUP_INET_SOCK_RELEASE"),
  kind("cgroup_sock", "cgroup/sock", "CGROUP_INET_SOCK_CREATE"),
  kind("cgroup_sock", "cgroup/post_bind4", "CGROUP_INET4_POST_BIND"),
  kind("cgroup_sock", "cgroup/post_bind6", "CGROUP_INET6_POST_BIND"),
  kind("cgroup_sock_addr", "cgroup/bind4", "CGROUP_INET4_BIND"),
  kind("cgroup_sock_addr", "cgroup/bind6", "CGROUP_INET6_BIND"),
  kind("cgroup_sock_addr", "cgroup/connect4", "CGROUP_INET4_CONNECT"),
  kind("cgroup_sock_addr", "cgroup/connect6", "CGROUP_INET6_CONNECT"),
  kind("cgroup_sock_addr", "cgroup/connect_unix", "CGROUP_UNIX_CONNECT"),
  kind("cgroup_sock_addr", "cgroup/sendmsg4", "CGROUP_UDP4_SENDMSG"),
  kind("cgroup_sock_addr", "cgroup/sendmsg6", "CGROUP_UDP6_SENDMSG"),
  kind("cgroup_sock_addr", "cgroup/sendmsg_unix", "CGROUP_UNIX_SENDMSG"),
  kind("cgroup_sock_addr", "cgroup/recvmsg4", "CGROUP_UDP4_RECVMSG"),
  kind("cgroup_sock_addr", "cgroup/recvmsg6", "CGROUP_UDP6_RECVMSG"),
  kind("cgroup_sock_addr", "cgroup/recvmsg_unix", "CGROUP_UNIX_RECVMSG"),
  kind("cgroup_sock_addr", "cgroup/getpeername4", "CGROUP_INET4_GETPEERNAME"),
  kind("cgroup_sock_addr", "cgroup/getpeername6", "CGROUP_INET6_GETPEERNAME"),
  kind("cgroup_sock_addr", "cgroup/getpeername_unix", "CGROUP_UNIX_GETPEERNAME"),
  kind("cgroup_sock_addr", "cgroup/getsockname4", "CGROUP_INET4_GETSOCKNAME"),
  kind("cgroup_sock_addr", "cgroup/getsockname6", "CGROUP_INET6_GETSOCKNAME"),
  kind("cgroup_sock_addr", "cgroup/getsockname_unix", "CGROUP_UNIX_GETSOCKNAME"),
  kind("cgroup_sysctl", "cgroup/sysctl", "CGROUP_SYSCTL"),
  kind("cgroup_sockopt", "cgroup/getsockopt", "CGROUP_GETSOCKOPT"),
  kind("cgroup_sockopt", "cgroup/setsockopt", "CGROUP_SETSOCKOPT"),
  kind("cgroup_device", "cgroup/dev", "CGROUP_DEVICE"),
  targeted("struct_ops", "struct_ops"),
  sleepable("struct_ops", "struct_ops.s"),
  kind("sk_lookup", "sk_lookup", "SK_LOOKUP"),
  kind("netfilter", "netfilter", "NETFILTER"),
];
