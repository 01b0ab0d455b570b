#include "common.h"
struct bpf_map_def { unsigned type, key_size, value_size, max_entries, map_flags; };
struct bpf_map_def SEC("maps") counts = { BPF_MAP_TYPE_HASH, 4, 8, 128, BPF_F_NO_PREALLOC };
struct bpf_map_def SEC("maps") events = { .type = BPF_MAP_TYPE_PERF_EVENT_ARRAY, .key_size = 4, .value_size = 4 };
SEC("socket1") int f(struct __sk_buff *skb) { int k = 0; __u64 *v = bpf_map_lookup_elem(&counts, &k); return v ? *v : 0; }
__u32 _version SEC("version") = 0x060c00;
