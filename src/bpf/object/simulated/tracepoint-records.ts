/**
 * What programs at tracepoints are given, by the names that the kernel's BTF has for it (include/trace/trace_events.h): events of one
 * class share a record.
 */
export const TRACEPOINT_RECORDS = `
struct trace_entry { unsigned short type; unsigned char flags, preempt_count; int pid; };
struct trace_event_raw_sys_enter 64 { struct trace_entry ent; long id; unsigned long args[6]; char __data[0]; };
struct trace_event_raw_sys_exit 24 { struct trace_entry ent; long id, ret; char __data[0]; };
struct trace_event_raw_sched_process_fork 24 { struct trace_entry ent; u32 __data_loc_parent_comm; pid_t parent_pid; u32
  __data_loc_child_comm; pid_t child_pid; char __data[0]; };
struct trace_event_raw_sched_process_exec 20 { struct trace_entry ent; u32 __data_loc_filename; pid_t pid, old_pid; char __data[0]; };
struct trace_event_raw_sched_process_exit 36 { struct trace_entry ent; char comm[16]; pid_t pid; int prio; bool group_dead; char
  __data[0]; };
struct trace_event_raw_sched_wakeup_template 36 { struct trace_entry ent; char comm[16]; pid_t pid; int prio, target_cpu; char
  __data[0]; };
struct trace_event_raw_sched_switch 64 { struct trace_entry ent; char prev_comm[16]; pid_t prev_pid; int prev_prio; long prev_state;
  char next_comm[16]; pid_t next_pid; int next_prio; char __data[0]; };
struct trace_event_raw_xdp_exception 20 { struct trace_entry ent; int prog_id; u32 act; int ifindex; char __data[0]; };
struct trace_event_raw_xdp_redirect_template 36 { struct trace_entry ent; int prog_id; u32 act; int ifindex, err, to_ifindex; u32
  map_id; int map_index; char __data[0]; };
struct trace_event_raw_xdp_devmap_xmit 32 { struct trace_entry ent; int from_ifindex; u32 act; int to_ifindex, drops, sent, err; char
  __data[0]; };
struct trace_event_raw_xdp_bulk_tx 28 { struct trace_entry ent; int ifindex; u32 act; int drops, sent, err; char __data[0]; };
struct trace_event_raw_net_dev_template 24 { struct trace_entry ent; void *skbaddr; unsigned int len; u32 __data_loc_name; char
  __data[0]; };
struct trace_event_raw_net_dev_start_xmit 64 { struct trace_entry ent; u32 __data_loc_name; u16 queue_mapping; void *skbaddr; bool
  vlan_tagged; u16 vlan_proto, vlan_tci, protocol; u8 ip_summed; unsigned int len, data_len; int network_offset; bool
  transport_offset_valid; int transport_offset; u8 tx_flags; u16 gso_size, gso_segs, gso_type; char __data[0]; };
struct trace_event_raw_net_dev_xmit 32 { struct trace_entry ent; void *skbaddr; unsigned int len; int rc; u32 __data_loc_name; char
  __data[0]; };
struct trace_event_raw_kfree_skb 40 { struct trace_entry ent; void *skbaddr, *location, *rx_sk; unsigned short protocol; enum
  skb_drop_reason reason; char __data[0]; };
struct trace_event_raw_consume_skb 24 { struct trace_entry ent; void *skbaddr, *location; char __data[0]; };
struct trace_event_raw_skb_copy_datagram_iovec 24 { struct trace_entry ent; void *skbaddr; int len; char __data[0]; };
struct trace_event_raw_inet_sock_set_state 72 { struct trace_entry ent; void *skaddr; int oldstate, newstate; __u16 sport, dport,
  family, protocol; __u8 saddr[4], daddr[4], saddr_v6[16], daddr_v6[16]; char __data[0]; };
struct trace_event_raw_tcp_probe 136 { struct trace_entry ent; __u8 saddr[28], daddr[28]; __u16 sport, dport, family; __u32 mark; __u16
  data_len; __u32 snd_nxt, snd_una, snd_cwnd, ssthresh, snd_wnd, srtt, rcv_wnd; __u64 sock_cookie; void *skbaddr, *skaddr; char
  __data[0]; };
struct trace_event_raw_tcp_retransmit_skb 80 { struct trace_entry ent; void *skbaddr, *skaddr; int state; __u16 sport, dport, family;
  __u8 saddr[4], daddr[4], saddr_v6[16], daddr_v6[16]; int err; char __data[0]; };
struct trace_event_raw_tcp_event_sk 72 { struct trace_entry ent; void *skaddr; __u16 sport, dport, family; __u8 saddr[4], daddr[4],
  saddr_v6[16], daddr_v6[16]; __u64 sock_cookie; char __data[0]; };
`;
