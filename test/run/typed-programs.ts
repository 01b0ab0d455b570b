/** A program at a function or tracepoint: what it reads is in r6, which the simulation counts. R1 is its context. */
export interface TypedProgram {
  readonly name: string;
  readonly hook: "fentry" | "fexit" | "tp-btf";
  readonly target: string;
  readonly load: readonly string[];
}

/** Programs that Linux takes, with what they find in the network of the test, by how often. */
export const ACCEPTED: readonly (TypedProgram & { readonly node?: string; readonly want: Record<string, number> })[] = [
  {
    name: "a packet's length",
    hook: "fentry",
    target: "ip_rcv",
    node: "server",
    load: ["r2 = *(u64 *)(r1 + 0)", "r6 = *(u32 *)(r2 + 112)"],
    want: { 38: 1, 128: 1, 60: 1, 552: 1, 52: 3 },
  },
  {
    name: "the index of the device that a packet is at",
    hook: "fentry",
    target: "ip_rcv",
    node: "server",
    load: ["r2 = *(u64 *)(r1 + 0)", "r2 = *(u64 *)(r2 + 16)", "r6 = *(u32 *)(r2 + 224)"],
    want: { 2: 7 },
  },
  {
    name: "the namespace of a device that is an argument",
    hook: "fentry",
    target: "ip_rcv",
    node: "server",
    load: ["r2 = *(u64 *)(r1 + 8)", "r2 = *(u64 *)(r2 + 264)", "r6 = *(u32 *)(r2 + 176)", "r6 >>= 16"],
    // Namespaces have the numbers from 0xf0000000 on.
    want: { 61440: 7 },
  },
  {
    name: "the protocol of an argument's type of packets",
    hook: "fentry",
    target: "ip_rcv",
    node: "server",
    load: ["r2 = *(u64 *)(r1 + 16)", "r6 = *(u16 *)(r2 + 0)", "r6 = be16 r6"],
    // ETH_P_IP
    want: { 2048: 7 },
  },
  {
    name: "nothing behind a pointer that is null: no socket yet",
    hook: "fentry",
    target: "ip_rcv",
    node: "server",
    load: ["r2 = *(u64 *)(r1 + 0)", "r2 = *(u64 *)(r2 + 24)", "r6 = *(u16 *)(r2 + 16)"],
    want: { 0: 7 },
  },
  {
    name: "the first byte of a packet's data, which nobody vouches for",
    hook: "fentry",
    target: "ip_rcv",
    node: "server",
    load: ["r2 = *(u64 *)(r1 + 0)", "r2 = *(u64 *)(r2 + 200)", "r6 = *(u8 *)(r2 + 0)"],
    // Version 4, 5 words.
    want: { 69: 7 },
  },
  {
    name: "a segment without the IP header before it",
    hook: "fentry",
    target: "tcp_v4_rcv",
    node: "server",
    load: ["r2 = *(u64 *)(r1 + 0)", "r6 = *(u32 *)(r2 + 112)"],
    want: { 40: 1, 32: 3, 532: 1 },
  },
  {
    name: "a socket's state before it changes",
    hook: "fentry",
    target: "tcp_set_state",
    node: "client",
    load: ["r2 = *(u64 *)(r1 + 0)", "r6 = *(u8 *)(r2 + 18)"],
    // CLOSE, SYN_SENT, ESTABLISHED, FIN_WAIT1, FIN_WAIT2
    want: { 7: 1, 2: 1, 1: 1, 4: 1, 5: 1 },
  },
  {
    name: "a number among the arguments",
    hook: "fentry",
    target: "tcp_set_state",
    node: "client",
    load: ["r6 = *(u64 *)(r1 + 8)"],
    want: { 1: 1, 2: 1, 4: 1, 5: 1, 7: 1 },
  },
  {
    name: "where a socket sends to, at the end of a function",
    hook: "fexit",
    target: "tcp_sendmsg",
    node: "client",
    load: ["r2 = *(u64 *)(r1 + 0)", "r6 = *(u16 *)(r2 + 12)", "r6 = be16 r6"],
    want: { 80: 1 },
  },
  {
    name: "a result behind three arguments",
    hook: "fexit",
    target: "tcp_sendmsg",
    load: ["r6 = *(u64 *)(r1 + 24)"],
    want: { 500: 1 },
  },
  {
    name: "an argument by its number",
    hook: "fexit",
    target: "tcp_sendmsg",
    load: ["r2 = 2", "r3 = r10", "r3 += -24", "call bpf_get_func_arg", "r6 = *(u64 *)(r10 - 24)"],
    want: { 500: 1 },
  },
  {
    name: "no argument that is not there",
    hook: "fentry",
    target: "tcp_sendmsg",
    load: ["r2 = 3", "r3 = r10", "r3 += -24", "call bpf_get_func_arg", "r6 = r0"],
    // -EINVAL
    want: { [String(2n ** 64n - 22n)]: 1 },
  },
  {
    name: "the result by a helper",
    hook: "fexit",
    target: "udp_sendmsg",
    load: ["r2 = r10", "r2 += -24", "call bpf_get_func_ret", "r6 = *(u64 *)(r10 - 24)"],
    want: { 10: 1, 100: 1 },
  },
  {
    name: "no result before there is one",
    hook: "fentry",
    target: "tcp_sendmsg",
    load: ["r2 = r10", "r2 += -24", "*(u64 *)(r10 - 24) = 0", "call bpf_get_func_ret", "r6 = r0"],
    // -EOPNOTSUPP
    want: { [String(2n ** 64n - 95n)]: 1 },
  },
  {
    name: "how many arguments there are",
    hook: "fentry",
    target: "ip_rcv",
    node: "server",
    load: ["call bpf_get_func_arg_cnt", "r6 = r0"],
    want: { 4: 7 },
  },
  {
    name: "a tracepoint's packet and reason",
    hook: "tp-btf",
    target: "kfree_skb",
    load: ["r2 = *(u64 *)(r1 + 0)", "r6 = *(u32 *)(r2 + 112)", "r2 = *(u64 *)(r1 + 16)", "r6 <<= 8", "r6 += r2"],
    // NO_SOCKET
    want: { [(18 << 8) + 3]: 1 },
  },
  {
    name: "a tracepoint's socket",
    hook: "tp-btf",
    target: "inet_sock_set_state",
    node: "client",
    load: ["r2 = *(u64 *)(r1 + 0)", "r6 = *(u16 *)(r2 + 12)", "r6 = be16 r6"],
    want: { 80: 5 },
  },
  {
    name: "the task that makes a system call",
    hook: "tp-btf",
    target: "sys_enter",
    load: [
      "r2 = *(u64 *)(r1 + 8)",
      "r6 = r2",
      "r6 <<= 32",
      "call bpf_get_current_task_btf",
      "r0 = *(u32 *)(r0 + 1268)",
    ],
    want: { [String(1n << 32n)]: 1, [String(39n << 32n)]: 1 },
  },
  {
    name: "a register of the task that makes a system call",
    hook: "tp-btf",
    target: "sys_enter",
    load: ["r2 = *(u64 *)(r1 + 0)", "r6 = *(u64 *)(r2 + 96)"],
    // The third argument: 3 bytes are written.
    want: { 3: 1, 0: 1 },
  },
];

/** Programs that Linux refuses, and so does netsim, in the same words. */
export const REFUSED: readonly TypedProgram[] = [
  {
    name: "more arguments than a tracepoint has",
    hook: "tp-btf",
    target: "kfree_skb",
    load: ["r6 = *(u64 *)(r1 + 32)"],
  },
  { name: "more arguments than a function has", hook: "fentry", target: "ip_rcv", load: ["r6 = *(u64 *)(r1 + 32)"] },
  { name: "the result before there is one", hook: "fentry", target: "tcp_sendmsg", load: ["r6 = *(u64 *)(r1 + 24)"] },
  { name: "the result of what gives none", hook: "fexit", target: "tcp_set_state", load: ["r6 = *(u64 *)(r1 + 16)"] },
  { name: "half a pointer", hook: "tp-btf", target: "netif_receive_skb", load: ["r6 = *(u32 *)(r1 + 0)"] },
  { name: "an argument from its middle", hook: "tp-btf", target: "netif_receive_skb", load: ["r6 = *(u32 *)(r1 + 4)"] },
  {
    name: "a store over an argument",
    hook: "tp-btf",
    target: "netif_receive_skb",
    load: ["r6 = 0", "*(u64 *)(r1 + 0) = r6"],
  },
  {
    name: "a store into a packet",
    hook: "tp-btf",
    target: "netif_receive_skb",
    load: ["r2 = *(u64 *)(r1 + 0)", "r6 = 0", "*(u32 *)(r2 + 112) = r6"],
  },
  {
    name: "a load behind a struct",
    hook: "tp-btf",
    target: "netif_receive_skb",
    load: ["r2 = *(u64 *)(r1 + 0)", "r6 = *(u32 *)(r2 + 224)"],
  },
  {
    name: "a load before a struct",
    hook: "tp-btf",
    target: "netif_receive_skb",
    load: ["r2 = *(u64 *)(r1 + 0)", "r6 = *(u32 *)(r2 - 8)"],
  },
  {
    name: "a load across two members",
    hook: "tp-btf",
    target: "netif_receive_skb",
    load: ["r2 = *(u64 *)(r1 + 0)", "r6 = *(u64 *)(r2 + 116)"],
  },
  {
    name: "a place that only the packet says",
    hook: "tp-btf",
    target: "netif_receive_skb",
    load: ["r2 = *(u64 *)(r1 + 0)", "r3 = *(u32 *)(r2 + 112)", "r3 &= 7", "r2 += r3", "r6 = *(u32 *)(r2 + 112)"],
  },
  {
    name: "a store where a packet's data begins",
    hook: "tp-btf",
    target: "netif_receive_skb",
    load: ["r2 = *(u64 *)(r1 + 0)", "r2 = *(u64 *)(r2 + 200)", "r6 = 0", "*(u8 *)(r2 + 0) = r6"],
  },
  {
    name: "arguments of a tracepoint by a helper",
    hook: "tp-btf",
    target: "kfree_skb",
    load: ["r2 = 0", "r3 = r10", "r3 += -24", "call bpf_get_func_arg", "r6 = *(u64 *)(r10 - 24)"],
  },
  {
    name: "a number where a helper wants a socket",
    hook: "tp-btf",
    target: "inet_sock_set_state",
    load: ["r1 = *(u64 *)(r1 + 8)", "call bpf_skc_to_tcp_sock", "r6 = r0"],
  },
  {
    name: "a packet where a helper wants a socket",
    hook: "tp-btf",
    target: "netif_receive_skb",
    load: ["r1 = *(u64 *)(r1 + 0)", "call bpf_skc_to_tcp_sock", "r6 = r0"],
  },
  {
    name: "the cookie of a number",
    hook: "tp-btf",
    target: "inet_sock_set_state",
    load: ["r1 = *(u64 *)(r1 + 8)", "call bpf_get_socket_cookie", "r6 = r0"],
  },
  {
    name: "the cookie of a packet",
    hook: "tp-btf",
    target: "netif_receive_skb",
    load: ["r1 = *(u64 *)(r1 + 0)", "call bpf_get_socket_cookie", "r6 = r0"],
  },
];
