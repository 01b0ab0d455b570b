/**
 * The kernel's own structs that tracing programs get pointers to: those members that the simulation fills, and what lies around them
 * where the verifier looks at it, as a union. The same as in Linux 6.18 on x86-64, whose places depend on its configuration.
 */
export const KERNEL_STRUCTS = `
typedef s64 ktime_t;
typedef int pid_t;
typedef __u32 uid_t;
typedef __u32 gid_t;
typedef unsigned int sk_buff_data_t;
typedef unsigned long vm_flags_t;
typedef struct { struct net *net; } possible_net_t;
typedef struct { uid_t val; } kuid_t;
typedef struct { gid_t val; } kgid_t;
struct rb_node { unsigned long __rb_parent_color; struct rb_node *rb_right, *rb_left; };
struct list_head { struct list_head *next, *prev; };
struct ns_common 80 { @24 unsigned int inum; };
struct net 4288 { @152 struct ns_common ns; };
struct net_device 2496 {
  @56 unsigned int mtu; @180 unsigned short hard_header_len; @224 int ifindex; @264 possible_net_t nd_net; @280 char name[16];
  @536 unsigned short type; @775 unsigned char perm_addr[32]; @808 unsigned char addr_len; @968 unsigned char *dev_addr;
};
struct netdev_queue 320 { struct net_device *dev; };
struct packet_type 72 { __be16 type; };
struct sk_buff 224 {
  union {
    struct { struct sk_buff *next, *prev; union { struct net_device *dev; unsigned long dev_scratch; }; };
    struct rb_node rbnode; struct list_head list;
  };
  struct sock *sk; union { ktime_t tstamp; u64 skb_mstamp_ns; };
  @112 unsigned int len, data_len; @124 __u16 queue_mapping;
  @128 struct {
    __u8 pkt_type: 3; @4 __u16 tc_index; @12 __u32 priority; int skb_iif; __u32 hash;
    union { u32 vlan_all; struct { __be16 vlan_proto; __u16 vlan_tci; }; };
    @36 union { __u32 mark; __u32 reserved_tailroom; };
    @48 __be16 protocol; __u16 transport_header, network_header, mac_header;
  };
  sk_buff_data_t tail, end; unsigned char *head, *data;
};
struct sock_common 136 {
  union { __u64 skc_addrpair; struct { __be32 skc_daddr, skc_rcv_saddr; }; };
  @12 union { __u32 skc_portpair; struct { __be16 skc_dport; __u16 skc_num; }; };
  unsigned short skc_family; unsigned char skc_state; @48 possible_net_t skc_net; struct in6_addr skc_v6_daddr, skc_v6_rcv_saddr;
};
struct file 184 { @24 void *private_data; @40 unsigned int f_flags; };
struct socket 128 { @4 short type; @16 struct file *file; struct sock *sk; };
struct sock 784 { struct sock_common __sk_common; @288 struct socket *sk_socket; @532 u16 sk_protocol, sk_type; };
struct inet_sock 1016 { struct sock sk; @808 __be32 inet_saddr; @814 __be16 inet_sport; };
struct inet_connection_sock 1400 { struct inet_sock icsk_inet; };
struct tcp_sock 2304 {
  struct inet_connection_sock inet_conn; @1440 u32 mss_cache, snd_cwnd; @1452 u32 lost_out, sacked_out; @1480 u32 retrans_out;
  @1492 u32 snd_ssthresh; @1664 u32 rcv_nxt, snd_nxt, snd_una; @1680 u32 srtt_us, packets_out; @1824 u64 bytes_acked;
};
struct tcp6_sock 2432 { struct tcp_sock tcp; };
struct udp_sock 1344 { struct inet_sock inet; };
struct udp6_sock 1472 { struct udp_sock udp; };
struct inet_timewait_sock 216 { struct sock_common __tw_common; };
struct tcp_timewait_sock 248 { struct inet_timewait_sock tw_sk; };
struct request_sock 232 { struct sock_common __req_common; };
struct inet_request_sock 256 { struct request_sock req; };
struct tcp_request_sock 312 { struct inet_request_sock req; };
struct unix_sock 1152 { struct sock sk; };
struct mptcp_sock 1936 { struct inet_connection_sock sk; };
struct cred 184 { @8 kuid_t uid; kgid_t gid; kuid_t suid; kgid_t sgid; kuid_t euid; kgid_t egid; kuid_t fsuid; kgid_t fsgid; };
struct task_struct 3264 {
  @24 unsigned int __state; @108 int prio, static_prio, normal_prio; @1160 int exit_state; @1264 pid_t pid, tgid; @1328 struct task_struct *group_leader; @1728 struct cred *real_cred, *cred;
  @1752 char comm[16];
};
struct vm_area_struct 192 {
  union { struct { unsigned long vm_start, vm_end; }; }; @32 union { vm_flags_t vm_flags; };
};
struct pt_regs 168 {
  unsigned long r15, r14, r13, r12, bp, bx, r11, r10, r9, r8, ax, cx, dx, si, di, orig_ax, ip;
  @144 unsigned long flags, sp;
};
struct msghdr 104 { };
struct sockaddr 16 { };
struct linux_binprm 408 { };
struct bpf_prog_aux 1304 { @32 u32 id; @1016 char name[16]; };
struct bpf_prog 96 { @80 struct bpf_prog_aux *aux; };
struct nlattr { __u16 nla_len, nla_type; };
`;
