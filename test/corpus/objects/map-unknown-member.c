#include "common.h"
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __type(key, int); __type(value, int); __uint(max_entries, 1); __uint(colour, 3); } map SEC(".maps");
SEC("tc") int f(struct __sk_buff *skb) { int k = 0; return !!bpf_map_lookup_elem(&map, &k); }
