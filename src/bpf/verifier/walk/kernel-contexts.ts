/** The kernel's own context of a type of programs (get_kern_ctx_btf_id). */
export const KERNEL_CONTEXTS: Readonly<Record<string, string>> = {
  __sk_buff: "sk_buff",
  xdp_md: "xdp_buff",
  bpf_sock: "sock",
  bpf_sock_ops: "bpf_sock_ops_kern",
  bpf_sock_addr: "bpf_sock_addr_kern",
  sk_msg_md: "sk_msg",
  bpf_sk_lookup: "bpf_sk_lookup_kern",
  sk_reuseport_md: "sk_reuseport_kern",
  bpf_sysctl: "bpf_sysctl_kern",
  bpf_sockopt: "bpf_sockopt_kern",
  bpf_flow_dissector: "bpf_flow_dissector",
  bpf_nf_ctx: "bpf_nf_ctx",
};
