import { contextLayout, type FieldRow } from "./context-layout.ts";
import { PACKET_POINTERS, skBuffContext } from "./sk-buff-context.ts";

const words = (name: string, from: number, count: number, access: FieldRow[3], rest: FieldRow[4] = {}): FieldRow[] =>
  Array.from({ length: count }, (_, i) => [`${name}[${i}]`, from + 4 * i, 4, access, rest] as const);

const [INET_CREATE, INET4_POST_BIND, INET6_POST_BIND, INET_RELEASE] = [2, 12, 13, 34];
const UNBOUND = [INET_CREATE, INET_RELEASE];

/** struct bpf_sock of programs at cgroups (sock_filter_is_valid_access). */
export const CGROUP_SOCKET_CONTEXT = contextLayout("bpf_sock", 80, [
  ["bound_dev_if", 0, 4, "whole", { attachTypes: UNBOUND, writable: true }],
  ["family", 4, 4, "leading"],
  ["type", 8, 4, "leading"],
  ["protocol", 12, 4, "leading"],
  ["mark", 16, 4, "whole", { attachTypes: UNBOUND, writable: true }],
  ["priority", 20, 4, "whole", { attachTypes: UNBOUND, writable: true }],
  ["src_ip4", 24, 4, "narrow", { attachTypes: [INET4_POST_BIND] }],
  ...words("src_ip6", 28, 4, "narrow", { attachTypes: [INET6_POST_BIND] }),
  ["src_port", 44, 4, "leading", { attachTypes: [INET4_POST_BIND, INET6_POST_BIND] }],
  ["dst_port", 48, 4, "port"],
  ["dst_ip4", 52, 4, "narrow"],
  ...words("dst_ip6", 56, 4, "narrow"),
  ["state", 72, 4, "leading"],
  ["rx_queue_mapping", 76, 4, "leading"],
]);

const IPV4 = [8, 10, 14, 19, 29, 31];
const IPV6 = [9, 11, 15, 20, 30, 32];

/** struct bpf_sock_addr (sock_addr_is_valid_access). */
export const SOCKET_ADDRESS_CONTEXT = contextLayout("bpf_sock_addr", 72, [
  ["user_family", 0, 4, "whole"],
  ["user_ip4", 4, 4, "narrow", { attachTypes: IPV4, writable: true }],
  ["user_ip6", 8, 16, "words", { attachTypes: IPV6, writable: true }],
  ["user_port", 24, 4, "narrow", { writable: true }],
  ["family", 28, 4, "whole"],
  ["type", 32, 4, "whole"],
  ["protocol", 36, 4, "whole"],
  ["msg_src_ip4", 40, 4, "narrow", { attachTypes: [14], writable: true }],
  ["msg_src_ip6", 44, 16, "words", { attachTypes: [15], writable: true }],
  ["sk", 64, 8, "whole", { value: "socket" }],
]);

/** struct bpf_sock_ops (sock_ops_is_valid_access). */
export const SOCKET_OPERATIONS_CONTEXT = contextLayout("bpf_sock_ops", 224, [
  ["op", 0, 4, "whole"],
  ["reply", 4, 4, "whole", { writable: true }],
  ...words("fields", 8, 39, "whole"),
  ["sk_txhash", 164, 4, "whole", { writable: true }],
  ["bytes_received", 168, 8, "whole"],
  ["bytes_acked", 176, 8, "whole"],
  ["sk", 184, 8, "whole", { value: "socket-or-null" }],
  ["skb_data", 192, 8, "whole", { value: "packet" }],
  ["skb_data_end", 200, 8, "whole", { value: "packet-end" }],
  ["skb_len", 208, 4, "whole"],
  ["skb_tcp_flags", 212, 4, "leading"],
  ["skb_hwtstamp", 216, 8, "whole"],
]);

/** struct __sk_buff of programs at sockets' streams (sk_skb_is_valid_access). */
export const SOCKET_STREAM_CONTEXT = skBuffContext({
  hidden: ["mark", "tc_classid", "data_meta", "tstamp", "wire_len", "hwtstamp"],
  writable: ["tc_index", "priority"],
  pointers: PACKET_POINTERS,
});

/** struct sk_msg_md (sk_msg_is_valid_access). */
export const SOCKET_MESSAGE_CONTEXT = contextLayout("sk_msg_md", 80, [
  ["data", 0, 8, "whole", { value: "packet" }],
  ["data_end", 8, 8, "whole", { value: "packet-end" }],
  ...words("fields", 16, 14, "whole"),
  ["sk", 72, 8, "whole", { value: "socket" }],
]);

/** struct bpf_sk_lookup (sk_lookup_is_valid_access). */
export const SOCKET_LOOKUP_CONTEXT = contextLayout("bpf_sk_lookup", 72, [
  ["sk", 0, 8, "whole", { value: "socket-or-null" }],
  ...words("fields", 8, 15, "narrow"),
]);

/** struct sk_reuseport_md (sk_reuseport_is_valid_access). */
export const REUSEPORT_CONTEXT = contextLayout("sk_reuseport_md", 56, [
  ["data", 0, 8, "whole", { value: "packet" }],
  ["data_end", 8, 8, "whole", { value: "packet-end" }],
  ["len", 16, 4, "narrow"],
  ["eth_protocol", 20, 4, "halves"],
  ["ip_protocol", 24, 4, "narrow"],
  ["bind_inany", 28, 4, "narrow"],
  ["hash", 32, 4, "whole"],
  ["sk", 40, 8, "whole", { value: "socket" }],
  ["migrating_sk", 48, 8, "whole", { value: "socket-common-or-null" }],
]);

/** struct __sk_buff of flow dissectors (flow_dissector_is_valid_access). */
export const FLOW_DISSECTOR_CONTEXT = contextLayout("__sk_buff", 192, [
  ["data", 76, 4, "whole", { value: "packet" }],
  ["data_end", 80, 4, "whole", { value: "packet-end" }],
  ["flow_keys", 144, 8, "whole", { value: "flow-keys" }],
]);

/** struct bpf_nf_ctx (nf_is_valid_access). */
export const NETFILTER_CONTEXT = contextLayout("bpf_nf_ctx", 16, [
  ["state", 0, 8, "whole", { value: "hook-state" }],
  ["skb", 8, 8, "whole", { value: "kernel-skb" }],
]);
