#include "common.h"
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __type(key, int); __type(value, struct bpf_spin_lock); __uint(max_entries, 1); } locked SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __type(key, int); __type(value, int); __uint(max_entries, 1); __uint(numa_node, 0); __uint(pinning, LIBBPF_PIN_NONE); } plain SEC(".maps");
SEC("tc") int f(struct __sk_buff *skb) { int k = 0; return !!bpf_map_lookup_elem(&plain, &k); }
