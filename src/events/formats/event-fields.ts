/** Fields of events behind the common ones: declaration, offset, size, signedness; then what the event prints (their format files of Linux 6.18, x86-64). */
export const EVENT_FIELDS = `
raw_syscalls:sys_enter
  long id; 8 8 1
  unsigned long args[6]; 16 48 0
  print "NR %ld (%lx, %lx, %lx, %lx, %lx, %lx)", REC->id, REC->args[0], REC->args[1], REC->args[2], REC->args[3], REC->args[4], REC->args[5]
raw_syscalls:sys_exit
  long id; 8 8 1
  long ret; 16 8 1
  print "NR %ld = %ld", REC->id, REC->ret
sched:sched_process_fork
  __data_loc char[] parent_comm; 8 4 0
  pid_t parent_pid; 12 4 1
  __data_loc char[] child_comm; 16 4 0
  pid_t child_pid; 20 4 1
  print "comm=%s pid=%d child_comm=%s child_pid=%d", __get_str(parent_comm), REC->parent_pid, __get_str(child_comm), REC->child_pid
sched:sched_process_exec
  __data_loc char[] filename; 8 4 0
  pid_t pid; 12 4 1
  pid_t old_pid; 16 4 1
  print "filename=%s pid=%d old_pid=%d", __get_str(filename), REC->pid, REC->old_pid
sched:sched_process_exit
  char comm[16]; 8 16 0
  pid_t pid; 24 4 1
  int prio; 28 4 1
  bool group_dead; 32 1 0
  print "comm=%s pid=%d prio=%d group_dead=%s", REC->comm, REC->pid, REC->prio, REC->group_dead ? "true" : "false"
net:net_dev_queue
  void * skbaddr; 8 8 0
  unsigned int len; 16 4 0
  __data_loc char[] name; 20 4 0
  print "dev=%s skbaddr=%p len=%u", __get_str(name), REC->skbaddr, REC->len
net:net_dev_start_xmit
  __data_loc char[] name; 8 4 0
  u16 queue_mapping; 12 2 0
  const void * skbaddr; 16 8 0
  bool vlan_tagged; 24 1 0
  u16 vlan_proto; 26 2 0
  u16 vlan_tci; 28 2 0
  u16 protocol; 30 2 0
  u8 ip_summed; 32 1 0
  unsigned int len; 36 4 0
  unsigned int data_len; 40 4 0
  int network_offset; 44 4 1
  bool transport_offset_valid; 48 1 0
  int transport_offset; 52 4 1
  u8 tx_flags; 56 1 0
  u16 gso_size; 58 2 0
  u16 gso_segs; 60 2 0
  u16 gso_type; 62 2 0
  print "dev=%s queue_mapping=%u skbaddr=%p vlan_tagged=%d vlan_proto=0x%04x vlan_tci=0x%04x protocol=0x%04x ip_summed=%d len=%u data_len=%u network_offset=%d transport_offset_valid=%d transport_offset=%d tx_flags=%d gso_size=%d gso_segs=%d gso_type=%#x", __get_str(name), REC->queue_mapping, REC->skbaddr, REC->vlan_tagged, REC->vlan_proto, REC->vlan_tci, REC->protocol, REC->ip_summed, REC->len, REC->data_len, REC->network_offset, REC->transport_offset_valid, REC->transport_offset, REC->tx_flags, REC->gso_size, REC->gso_segs, REC->gso_type
net:net_dev_xmit
  void * skbaddr; 8 8 0
  unsigned int len; 16 4 0
  int rc; 20 4 1
  __data_loc char[] name; 24 4 0
  print "dev=%s skbaddr=%p len=%u rc=%d", __get_str(name), REC->skbaddr, REC->len, REC->rc
net:netif_receive_skb
  void * skbaddr; 8 8 0
  unsigned int len; 16 4 0
  __data_loc char[] name; 20 4 0
  print "dev=%s skbaddr=%p len=%u", __get_str(name), REC->skbaddr, REC->len
net:netif_rx
  void * skbaddr; 8 8 0
  unsigned int len; 16 4 0
  __data_loc char[] name; 20 4 0
  print "dev=%s skbaddr=%p len=%u", __get_str(name), REC->skbaddr, REC->len
skb:kfree_skb
  void * skbaddr; 8 8 0
  void * location; 16 8 0
  void * rx_sk; 24 8 0
  unsigned short protocol; 32 2 0
  enum skb_drop_reason reason; 36 4 0
  print "skbaddr=%p rx_sk=%p protocol=%u location=%pS reason: %s", REC->skbaddr, REC->rx_sk, REC->protocol, REC->location, __print_symbolic(REC->reason, { 2, "NOT_SPECIFIED" }, { 3, "NO_SOCKET" }, { 4, "SOCKET_CLOSE" }, { 5, "SOCKET_FILTER" }, { 6, "SOCKET_RCVBUFF" }, { 7, "UNIX_DISCONNECT" }, { 8, "UNIX_SKIP_OOB" }, { 9, "PKT_TOO_SMALL" }, { 10, "TCP_CSUM" }, { 11, "UDP_CSUM" }, { 12, "NETFILTER_DROP" }, { 13, "OTHERHOST" }, { 14, "IP_CSUM" }, { 15, "IP_INHDR" }, { 16, "IP_RPFILTER" }, { 17, "UNICAST_IN_L2_MULTICAST" }, { 18, "XFRM_POLICY" }, { 19, "IP_NOPROTO" }, { 20, "PROTO_MEM" }, { 21, "TCP_AUTH_HDR" }, { 22, "TCP_MD5NOTFOUND" }, { 23, "TCP_MD5UNEXPECTED" }, { 24, "TCP_MD5FAILURE" }, { 25, "TCP_AONOTFOUND" }, { 26, "TCP_AOUNEXPECTED" }, { 27, "TCP_AOKEYNOTFOUND" }, { 28, "TCP_AOFAILURE" }, { 29, "SOCKET_BACKLOG" }, { 30, "TCP_FLAGS" }, { 31, "TCP_ABORT_ON_DATA" }, { 32, "TCP_ZEROWINDOW" }, { 33, "TCP_OLD_DATA" }, { 34, "TCP_OVERWINDOW" }, { 35, "TCP_OFOMERGE" }, { 36, "TCP_RFC7323_PAWS" }, { 37, "TCP_RFC7323_PAWS_ACK" }, { 38, "TCP_RFC7323_TW_PAWS" }, { 39, "TCP_RFC7323_TSECR" }, { 40, "TCP_LISTEN_OVERFLOW" }, { 41, "TCP_OLD_SEQUENCE" }, { 42, "TCP_INVALID_SEQUENCE" }, { 43, "TCP_INVALID_END_SEQUENCE" }, { 44, "TCP_INVALID_ACK_SEQUENCE" }, { 45, "TCP_RESET" }, { 46, "TCP_INVALID_SYN" }, { 47, "TCP_CLOSE" }, { 48, "TCP_FASTOPEN" }, { 49, "TCP_OLD_ACK" }, { 50, "TCP_TOO_OLD_ACK" }, { 51, "TCP_ACK_UNSENT_DATA" }, { 52, "TCP_OFO_QUEUE_PRUNE" }, { 53, "TCP_OFO_DROP" }, { 54, "IP_OUTNOROUTES" }, { 55, "BPF_CGROUP_EGRESS" }, { 56, "IPV6DISABLED" }, { 57, "NEIGH_CREATEFAIL" }, { 58, "NEIGH_FAILED" }, { 59, "NEIGH_QUEUEFULL" }, { 60, "NEIGH_DEAD" }, { 61, "NEIGH_HH_FILLFAIL" }, { 62, "TC_EGRESS" }, { 63, "SECURITY_HOOK" }, { 64, "QDISC_DROP" }, { 65, "QDISC_OVERLIMIT" }, { 66, "QDISC_CONGESTED" }, { 67, "CAKE_FLOOD" }, { 68, "FQ_BAND_LIMIT" }, { 69, "FQ_HORIZON_LIMIT" }, { 70, "FQ_FLOW_LIMIT" }, { 71, "CPU_BACKLOG" }, { 72, "XDP" }, { 73, "TC_INGRESS" }, { 74, "UNHANDLED_PROTO" }, { 75, "SKB_CSUM" }, { 76, "SKB_GSO_SEG" }, { 77, "SKB_UCOPY_FAULT" }, { 78, "DEV_HDR" }, { 79, "DEV_READY" }, { 80, "FULL_RING" }, { 81, "NOMEM" }, { 82, "HDR_TRUNC" }, { 83, "TAP_FILTER" }, { 84, "TAP_TXFILTER" }, { 85, "ICMP_CSUM" }, { 86, "INVALID_PROTO" }, { 87, "IP_INADDRERRORS" }, { 88, "IP_INNOROUTES" }, { 89, "IP_LOCAL_SOURCE" }, { 90, "IP_INVALID_SOURCE" }, { 91, "IP_LOCALNET" }, { 92, "IP_INVALID_DEST" }, { 93, "PKT_TOO_BIG" }, { 94, "DUP_FRAG" }, { 95, "FRAG_REASM_TIMEOUT" }, { 96, "FRAG_TOO_FAR" }, { 97, "TCP_MINTTL" }, { 98, "IPV6_BAD_EXTHDR" }, { 99, "IPV6_NDISC_FRAG" }, { 100, "IPV6_NDISC_HOP_LIMIT" }, { 101, "IPV6_NDISC_BAD_CODE" }, { 102, "IPV6_NDISC_BAD_OPTIONS" }, { 103, "IPV6_NDISC_NS_OTHERHOST" }, { 104, "QUEUE_PURGE" }, { 105, "TC_COOKIE_ERROR" }, { 106, "PACKET_SOCK_ERROR" }, { 107, "TC_CHAIN_NOTFOUND" }, { 108, "TC_RECLASSIFY_LOOP" }, { 109, "VXLAN_INVALID_HDR" }, { 110, "VXLAN_VNI_NOT_FOUND" }, { 111, "MAC_INVALID_SOURCE" }, { 112, "VXLAN_ENTRY_EXISTS" }, { 113, "NO_TX_TARGET" }, { 114, "IP_TUNNEL_ECN" }, { 115, "TUNNEL_TXINFO" }, { 116, "LOCAL_MAC" }, { 117, "ARP_PVLAN_DISABLE" }, { 118, "MAC_IEEE_MAC_CONTROL" }, { 119, "BRIDGE_INGRESS_STP_STATE" }, { 120, "CAN_RX_INVALID_FRAME" }, { 121, "CANFD_RX_INVALID_FRAME" }, { 122, "CANXL_RX_INVALID_FRAME" }, { 123, "PFMEMALLOC" }, { 124, "DUALPI2_STEP_DROP" }, { 125, "PSP_INPUT" }, { 126, "PSP_OUTPUT" }, { 127, "RECURSION_LIMIT" }, { 128, "MAX" })
skb:consume_skb
  void * skbaddr; 8 8 0
  void * location; 16 8 0
  print "skbaddr=%p location=%pS", REC->skbaddr, REC->location
skb:skb_copy_datagram_iovec
  const void * skbaddr; 8 8 0
  int len; 16 4 1
  print "skbaddr=%p len=%d", REC->skbaddr, REC->len
sock:inet_sock_set_state
  const void * skaddr; 8 8 0
  int oldstate; 16 4 1
  int newstate; 20 4 1
  __u16 sport; 24 2 0
  __u16 dport; 26 2 0
  __u16 family; 28 2 0
  __u16 protocol; 30 2 0
  __u8 saddr[4]; 32 4 0
  __u8 daddr[4]; 36 4 0
  __u8 saddr_v6[16]; 40 16 0
  __u8 daddr_v6[16]; 56 16 0
  print "family=%s protocol=%s sport=%hu dport=%hu saddr=%pI4 daddr=%pI4 saddrv6=%pI6c daddrv6=%pI6c oldstate=%s newstate=%s", __print_symbolic(REC->family, { 2, "AF_INET" }, { 10, "AF_INET6" }), __print_symbolic(REC->protocol, { 6, "IPPROTO_TCP" }, { 132, "IPPROTO_SCTP" }, { 262, "IPPROTO_MPTCP" }), REC->sport, REC->dport, REC->saddr, REC->daddr, REC->saddr_v6, REC->daddr_v6, __print_symbolic(REC->oldstate, { 1, "TCP_ESTABLISHED" }, { 2, "TCP_SYN_SENT" }, { 3, "TCP_SYN_RECV" }, { 4, "TCP_FIN_WAIT1" }, { 5, "TCP_FIN_WAIT2" }, { 6, "TCP_TIME_WAIT" }, { 7, "TCP_CLOSE" }, { 8, "TCP_CLOSE_WAIT" }, { 9, "TCP_LAST_ACK" }, { 10, "TCP_LISTEN" }, { 11, "TCP_CLOSING" }, { 12, "TCP_NEW_SYN_RECV" }), __print_symbolic(REC->newstate, { 1, "TCP_ESTABLISHED" }, { 2, "TCP_SYN_SENT" }, { 3, "TCP_SYN_RECV" }, { 4, "TCP_FIN_WAIT1" }, { 5, "TCP_FIN_WAIT2" }, { 6, "TCP_TIME_WAIT" }, { 7, "TCP_CLOSE" }, { 8, "TCP_CLOSE_WAIT" }, { 9, "TCP_LAST_ACK" }, { 10, "TCP_LISTEN" }, { 11, "TCP_CLOSING" }, { 12, "TCP_NEW_SYN_RECV" })
tcp:tcp_probe
  __u8 saddr[28]; 8 28 0
  __u8 daddr[28]; 36 28 0
  __u16 sport; 64 2 0
  __u16 dport; 66 2 0
  __u16 family; 68 2 0
  __u32 mark; 72 4 0
  __u16 data_len; 76 2 0
  __u32 snd_nxt; 80 4 0
  __u32 snd_una; 84 4 0
  __u32 snd_cwnd; 88 4 0
  __u32 ssthresh; 92 4 0
  __u32 snd_wnd; 96 4 0
  __u32 srtt; 100 4 0
  __u32 rcv_wnd; 104 4 0
  __u64 sock_cookie; 112 8 0
  const void * skbaddr; 120 8 0
  const void * skaddr; 128 8 0
  print "family=%s src=%pISpc dest=%pISpc mark=%#x data_len=%d snd_nxt=%#x snd_una=%#x snd_cwnd=%u ssthresh=%u snd_wnd=%u srtt=%u rcv_wnd=%u sock_cookie=%llx skbaddr=%p skaddr=%p", __print_symbolic(REC->family, { 2, "AF_INET" }, { 10, "AF_INET6" }), REC->saddr, REC->daddr, REC->mark, REC->data_len, REC->snd_nxt, REC->snd_una, REC->snd_cwnd, REC->ssthresh, REC->snd_wnd, REC->srtt, REC->rcv_wnd, REC->sock_cookie, REC->skbaddr, REC->skaddr
tcp:tcp_retransmit_skb
  const void * skbaddr; 8 8 0
  const void * skaddr; 16 8 0
  int state; 24 4 1
  __u16 sport; 28 2 0
  __u16 dport; 30 2 0
  __u16 family; 32 2 0
  __u8 saddr[4]; 34 4 0
  __u8 daddr[4]; 38 4 0
  __u8 saddr_v6[16]; 42 16 0
  __u8 daddr_v6[16]; 58 16 0
  int err; 76 4 1
  print "skbaddr=%p skaddr=%p family=%s sport=%hu dport=%hu saddr=%pI4 daddr=%pI4 saddrv6=%pI6c daddrv6=%pI6c state=%s err=%d", REC->skbaddr, REC->skaddr, __print_symbolic(REC->family, { 2, "AF_INET" }, { 10, "AF_INET6" }), REC->sport, REC->dport, REC->saddr, REC->daddr, REC->saddr_v6, REC->daddr_v6, __print_symbolic(REC->state, { TCP_ESTABLISHED, "TCP_ESTABLISHED" }, { TCP_SYN_SENT, "TCP_SYN_SENT" }, { TCP_SYN_RECV, "TCP_SYN_RECV" }, { TCP_FIN_WAIT1, "TCP_FIN_WAIT1" }, { TCP_FIN_WAIT2, "TCP_FIN_WAIT2" }, { TCP_TIME_WAIT, "TCP_TIME_WAIT" }, { TCP_CLOSE, "TCP_CLOSE" }, { TCP_CLOSE_WAIT, "TCP_CLOSE_WAIT" }, { TCP_LAST_ACK, "TCP_LAST_ACK" }, { TCP_LISTEN, "TCP_LISTEN" }, { TCP_CLOSING, "TCP_CLOSING" }, { TCP_NEW_SYN_RECV, "TCP_NEW_SYN_RECV" }), REC->err
tcp:tcp_receive_reset
  const void * skaddr; 8 8 0
  __u16 sport; 16 2 0
  __u16 dport; 18 2 0
  __u16 family; 20 2 0
  __u8 saddr[4]; 22 4 0
  __u8 daddr[4]; 26 4 0
  __u8 saddr_v6[16]; 30 16 0
  __u8 daddr_v6[16]; 46 16 0
  __u64 sock_cookie; 64 8 0
  print "family=%s sport=%hu dport=%hu saddr=%pI4 daddr=%pI4 saddrv6=%pI6c daddrv6=%pI6c sock_cookie=%llx", __print_symbolic(REC->family, { 2, "AF_INET" }, { 10, "AF_INET6" }), REC->sport, REC->dport, REC->saddr, REC->daddr, REC->saddr_v6, REC->daddr_v6, REC->sock_cookie
tcp:tcp_destroy_sock
  const void * skaddr; 8 8 0
  __u16 sport; 16 2 0
  __u16 dport; 18 2 0
  __u16 family; 20 2 0
  __u8 saddr[4]; 22 4 0
  __u8 daddr[4]; 26 4 0
  __u8 saddr_v6[16]; 30 16 0
  __u8 daddr_v6[16]; 46 16 0
  __u64 sock_cookie; 64 8 0
  print "family=%s sport=%hu dport=%hu saddr=%pI4 daddr=%pI4 saddrv6=%pI6c daddrv6=%pI6c sock_cookie=%llx", __print_symbolic(REC->family, { 2, "AF_INET" }, { 10, "AF_INET6" }), REC->sport, REC->dport, REC->saddr, REC->daddr, REC->saddr_v6, REC->daddr_v6, REC->sock_cookie
sched:sched_waking
  char comm[16]; 8 16 0
  pid_t pid; 24 4 1
  int prio; 28 4 1
  int target_cpu; 32 4 1
  print "comm=%s pid=%d prio=%d target_cpu=%03d", REC->comm, REC->pid, REC->prio, REC->target_cpu
sched:sched_wakeup
  char comm[16]; 8 16 0
  pid_t pid; 24 4 1
  int prio; 28 4 1
  int target_cpu; 32 4 1
  print "comm=%s pid=%d prio=%d target_cpu=%03d", REC->comm, REC->pid, REC->prio, REC->target_cpu
sched:sched_wakeup_new
  char comm[16]; 8 16 0
  pid_t pid; 24 4 1
  int prio; 28 4 1
  int target_cpu; 32 4 1
  print "comm=%s pid=%d prio=%d target_cpu=%03d", REC->comm, REC->pid, REC->prio, REC->target_cpu
sched:sched_switch
  char prev_comm[16]; 8 16 0
  pid_t prev_pid; 24 4 1
  int prev_prio; 28 4 1
  long prev_state; 32 8 1
  char next_comm[16]; 40 16 0
  pid_t next_pid; 56 4 1
  int next_prio; 60 4 1
  print "prev_comm=%s prev_pid=%d prev_prio=%d prev_state=%s%s ==> next_comm=%s next_pid=%d next_prio=%d", REC->prev_comm, REC->prev_pid, REC->prev_prio, (REC->prev_state & ((((0x00000000 | 0x00000001 | 0x00000002 | 0x00000004 | 0x00000008 | 0x00000010 | 0x00000020 | 0x00000040) + 1) << 1) - 1)) ? __print_flags(REC->prev_state & ((((0x00000000 | 0x00000001 | 0x00000002 | 0x00000004 | 0x00000008 | 0x00000010 | 0x00000020 | 0x00000040) + 1) << 1) - 1), "|", { 0x00000001, "S" }, { 0x00000002, "D" }, { 0x00000004, "T" }, { 0x00000008, "t" }, { 0x00000010, "X" }, { 0x00000020, "Z" }, { 0x00000040, "P" }, { 0x00000080, "I" }) : "R", REC->prev_state & (((0x00000000 | 0x00000001 | 0x00000002 | 0x00000004 | 0x00000008 | 0x00000010 | 0x00000020 | 0x00000040) + 1) << 1) ? "+" : "", REC->next_comm, REC->next_pid, REC->next_prio
xdp:xdp_exception
  int prog_id; 8 4 1
  u32 act; 12 4 0
  int ifindex; 16 4 1
  print "prog_id=%d action=%s ifindex=%d", REC->prog_id, __print_symbolic(REC->act, { 0, "ABORTED" }, { 1, "DROP" }, { 2, "PASS" }, { 3, "TX" }, { 4, "REDIRECT" }, { -1, ((void *)0) }), REC->ifindex
xdp:xdp_redirect
  int prog_id; 8 4 1
  u32 act; 12 4 0
  int ifindex; 16 4 1
  int err; 20 4 1
  int to_ifindex; 24 4 1
  u32 map_id; 28 4 0
  int map_index; 32 4 1
  print "prog_id=%d action=%s ifindex=%d to_ifindex=%d err=%d map_id=%d map_index=%d", REC->prog_id, __print_symbolic(REC->act, { 0, "ABORTED" }, { 1, "DROP" }, { 2, "PASS" }, { 3, "TX" }, { 4, "REDIRECT" }, { -1, ((void *)0) }), REC->ifindex, REC->to_ifindex, REC->err, REC->map_id, REC->map_index
xdp:xdp_redirect_err
  int prog_id; 8 4 1
  u32 act; 12 4 0
  int ifindex; 16 4 1
  int err; 20 4 1
  int to_ifindex; 24 4 1
  u32 map_id; 28 4 0
  int map_index; 32 4 1
  print "prog_id=%d action=%s ifindex=%d to_ifindex=%d err=%d map_id=%d map_index=%d", REC->prog_id, __print_symbolic(REC->act, { 0, "ABORTED" }, { 1, "DROP" }, { 2, "PASS" }, { 3, "TX" }, { 4, "REDIRECT" }, { -1, ((void *)0) }), REC->ifindex, REC->to_ifindex, REC->err, REC->map_id, REC->map_index
xdp:xdp_devmap_xmit
  int from_ifindex; 8 4 1
  u32 act; 12 4 0
  int to_ifindex; 16 4 1
  int drops; 20 4 1
  int sent; 24 4 1
  int err; 28 4 1
  print "ndo_xdp_xmit from_ifindex=%d to_ifindex=%d action=%s sent=%d drops=%d err=%d", REC->from_ifindex, REC->to_ifindex, __print_symbolic(REC->act, { 0, "ABORTED" }, { 1, "DROP" }, { 2, "PASS" }, { 3, "TX" }, { 4, "REDIRECT" }, { -1, ((void *)0) }), REC->sent, REC->drops, REC->err
xdp:xdp_bulk_tx
  int ifindex; 8 4 1
  u32 act; 12 4 0
  int drops; 16 4 1
  int sent; 20 4 1
  int err; 24 4 1
  print "ifindex=%d action=%s sent=%d drops=%d err=%d", REC->ifindex, __print_symbolic(REC->act, { 0, "ABORTED" }, { 1, "DROP" }, { 2, "PASS" }, { 3, "TX" }, { 4, "REDIRECT" }, { -1, ((void *)0) }), REC->sent, REC->drops, REC->err
openvswitch:ovs_do_execute_action
  void * dpaddr; 8 8 0
  __data_loc char[] dp_name; 16 4 0
  __data_loc char[] dev_name; 20 4 0
  void * skbaddr; 24 8 0
  unsigned int len; 32 4 0
  unsigned int data_len; 36 4 0
  unsigned int truesize; 40 4 0
  u8 nr_frags; 44 1 0
  u16 gso_size; 46 2 0
  u16 gso_type; 48 2 0
  u32 ovs_flow_hash; 52 4 0
  u32 recirc_id; 56 4 0
  void * keyaddr; 64 8 0
  u16 key_eth_type; 72 2 0
  u8 key_ct_state; 74 1 0
  u8 key_ct_orig_proto; 75 1 0
  u16 key_ct_zone; 76 2 0
  unsigned int flow_key_valid; 80 4 0
  u8 action_type; 84 1 0
  unsigned int action_len; 88 4 0
  void * action_data; 96 8 0
  u8 is_last; 104 1 0
  print "dpaddr=%p dp_name=%s dev=%s skbaddr=%p len=%u data_len=%u truesize=%u nr_frags=%d gso_size=%d gso_type=%#x ovs_flow_hash=0x%08x recirc_id=0x%08x keyaddr=%p eth_type=0x%04x ct_state=%02x ct_orig_proto=%02x ct_Zone=%04x flow_key_valid=%d action_type=%u action_len=%u action_data=%p is_last=%d", REC->dpaddr, __get_str(dp_name), __get_str(dev_name), REC->skbaddr, REC->len, REC->data_len, REC->truesize, REC->nr_frags, REC->gso_size, REC->gso_type, REC->ovs_flow_hash, REC->recirc_id, REC->keyaddr, REC->key_eth_type, REC->key_ct_state, REC->key_ct_orig_proto, REC->key_ct_zone, REC->flow_key_valid, REC->action_type, REC->action_len, REC->action_data, REC->is_last
openvswitch:ovs_dp_upcall
  void * dpaddr; 8 8 0
  __data_loc char[] dp_name; 16 4 0
  __data_loc char[] dev_name; 20 4 0
  void * skbaddr; 24 8 0
  unsigned int len; 32 4 0
  unsigned int data_len; 36 4 0
  unsigned int truesize; 40 4 0
  u8 nr_frags; 44 1 0
  u16 gso_size; 46 2 0
  u16 gso_type; 48 2 0
  u32 ovs_flow_hash; 52 4 0
  u32 recirc_id; 56 4 0
  const void * keyaddr; 64 8 0
  u16 key_eth_type; 72 2 0
  u8 key_ct_state; 74 1 0
  u8 key_ct_orig_proto; 75 1 0
  u16 key_ct_zone; 76 2 0
  unsigned int flow_key_valid; 80 4 0
  u8 upcall_cmd; 84 1 0
  u32 upcall_port; 88 4 0
  u16 upcall_mru; 92 2 0
  print "dpaddr=%p dp_name=%s dev=%s skbaddr=%p len=%u data_len=%u truesize=%u nr_frags=%d gso_size=%d gso_type=%#x ovs_flow_hash=0x%08x recirc_id=0x%08x keyaddr=%p eth_type=0x%04x ct_state=%02x ct_orig_proto=%02x ct_zone=%04x flow_key_valid=%d upcall_cmd=%u upcall_port=%u upcall_mru=%u", REC->dpaddr, __get_str(dp_name), __get_str(dev_name), REC->skbaddr, REC->len, REC->data_len, REC->truesize, REC->nr_frags, REC->gso_size, REC->gso_type, REC->ovs_flow_hash, REC->recirc_id, REC->keyaddr, REC->key_eth_type, REC->key_ct_state, REC->key_ct_orig_proto, REC->key_ct_zone, REC->flow_key_valid, REC->upcall_cmd, REC->upcall_port, REC->upcall_mru
`;
