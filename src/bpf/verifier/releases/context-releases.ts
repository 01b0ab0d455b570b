import { type Since, since } from "./release.ts";

/**
 * Fields of contexts that came after Linux 4.18. Sources: isovalent/ebpf-docs pages on __sk_buff and BPF_PROG_TYPE_XDP, and
 * the commits themselves.
 */
const FIELDS: Readonly<Record<string, Readonly<Record<string, Since>>>> = {
  __sk_buff: {
    flow_keys: since("4.20", "d58e468b1112"),
    tstamp: since("5.0", "f11216b24219"),
    wire_len: since("5.0", "e3da08d05700"),
    gso_segs: since("5.1", "d9ff286a0f59"),
    sk: since("5.1", "46f8bc92758c"),
    gso_size: since("5.7", "cf62089b0edd"),
    hwtstamp: since("5.16", "f64c4acea51f"),
    tstamp_type: since("5.18", "9bb984f28d5b"),
  },
  xdp_md: { egress_ifindex: since("5.8", "64b59025c15b") },
};

/** Fields that programs of a type could write later than read. */
const WRITES: readonly (readonly [types: readonly string[], field: string, since: Since])[] = [
  [["sched_cls", "sched_act"], "queue_mapping", since("5.1", "74e31ca850c1")],
];

/** Fields that came to a type of program later. */
const BY_TYPE: readonly (readonly [types: readonly string[], fields: readonly string[], since: Since])[] = [
  [["cgroup_skb"], ["data", "data_end"], since("4.20", "b39b5f411dcf")],
];

/** Since when programs of a type may read, or write, a field; undefined where every long-term release lets them. */
export function fieldSince(
  context: string,
  field: string,
  access: "read" | "write",
  programType: string,
): Since | undefined {
  const write =
    access === "write" ? WRITES.find(([types, name]) => types.includes(programType) && name === field) : undefined;
  if (write !== undefined) return write[2];
  const late = BY_TYPE.find(([types, fields]) => types.includes(programType) && fields.includes(field));
  return late?.[2] ?? FIELDS[context]?.[field];
}
