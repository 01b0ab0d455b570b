#include "common.h"
struct bpf_map_def { unsigned type, key_size, value_size, max_entries, map_flags; };
struct seen { __u64 packets, bytes; };
struct bpf_map_def SEC("maps") counts = { BPF_MAP_TYPE_HASH, 4, sizeof(struct seen), 128, 0 };
struct ____btf_map_counts { int key; struct seen value; };
struct ____btf_map_counts __attribute__((section(".maps.counts"), used)) ____btf_map_counts = {};
struct bpf_map_def SEC("maps") outer = { BPF_MAP_TYPE_ARRAY_OF_MAPS, 4, 4, 8, 0 };
SEC("filter") int f(struct __sk_buff *skb) { int k = 0; struct seen *v = bpf_map_lookup_elem(&counts, &k); return v ? v->bytes : bpf_map_delete_elem(&outer, &k); }
