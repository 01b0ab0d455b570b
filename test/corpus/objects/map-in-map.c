#include "common.h"
struct inner { __uint(type, BPF_MAP_TYPE_ARRAY); __type(key, __u32); __type(value, __u64); __uint(max_entries, 4); } one SEC(".maps"), two SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS); __uint(max_entries, 4); __type(key, __u32); __array(values, struct inner); } outer SEC(".maps") = { .values = { &one, 0, &two } };
struct { __uint(type, BPF_MAP_TYPE_HASH_OF_MAPS); __uint(max_entries, 8); __type(key, __u32); __array(values, struct inner); } hashed SEC(".maps") = { .values = { [3] = &one } };
struct { __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS); __uint(max_entries, 2); __uint(key_size, 4); __uint(value_size, 4);
	__array(values, struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(key_size, 8); __uint(value_size, 16); __uint(max_entries, 7); __uint(map_flags, BPF_F_NO_PREALLOC); }); } unnamed SEC(".maps");
SEC("tc") int f(struct __sk_buff *skb) { __u32 k = 0; void *m = bpf_map_lookup_elem(&outer, &k); __u64 *v = m ? bpf_map_lookup_elem(m, &k) : 0; return v ? *v : !!bpf_map_lookup_elem(&hashed, &k) + !!bpf_map_lookup_elem(&unnamed, &k); }
