#include "common.h"
int drop(struct __sk_buff *skb); int pass(struct __sk_buff *skb);
struct { __uint(type, BPF_MAP_TYPE_PROG_ARRAY); __uint(max_entries, 4); __uint(key_size, 4); __array(values, int(void *)); } jumps SEC(".maps") = { .values = { [0] = (void *)&drop, [2] = (void *)&pass } };
SEC("tc") int drop(struct __sk_buff *skb) { return TC_ACT_SHOT; }
SEC("tc") int pass(struct __sk_buff *skb) { return TC_ACT_OK; }
SEC("tc") int entry(struct __sk_buff *skb) { bpf_tail_call(skb, &jumps, skb->mark & 3); bpf_tail_call(skb, &jumps, 2); return TC_ACT_UNSPEC; }
