#include "common.h"
struct { __uint(type, BPF_MAP_TYPE_HASH); __type(key, __u32); __type(value, __u64); __uint(max_entries, 1024); __uint(map_flags, BPF_F_NO_PREALLOC); } counts SEC(".maps");
SEC("xdp") int count(struct xdp_md *ctx) {
	__u32 key = ctx->ingress_ifindex; __u64 one = 1, *value = bpf_map_lookup_elem(&counts, &key);
	if (value) __sync_fetch_and_add(value, 1); else bpf_map_update_elem(&counts, &key, &one, BPF_ANY);
	return XDP_PASS;
}
