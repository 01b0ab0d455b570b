/** Types whose programs see a packet, as bpftool names them. */
const OF_PACKETS = [
  "socket_filter",
  "sched_cls",
  "sched_act",
  "xdp",
  "cgroup_skb",
  "lwt_in",
  "lwt_out",
  "lwt_xmit",
  "flow_dissector",
  "netfilter",
];

/** Types whose programs see a context only. */
const OF_CONTEXTS = ["sk_lookup", "raw_tracepoint", "syscall"];

/** Program types that are run outside of any network: those that BPF_PROG_TEST_RUN runs. */
export const TEST_TYPES: readonly string[] = [...OF_PACKETS, ...OF_CONTEXTS];

export const seesPackets = (type: string): boolean => !OF_CONTEXTS.includes(type);

/** Types that a classic program can be of. */
export const CLASSIC_TYPES: readonly string[] = ["socket_filter", "sched_cls", "sched_act"];
