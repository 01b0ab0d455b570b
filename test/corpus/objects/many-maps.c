#include "common.h"
#define MAP(NAME, TYPE, KEY, VALUE, MAX) struct { __uint(type, TYPE); __uint(key_size, KEY); __uint(value_size, VALUE); __uint(max_entries, MAX); } NAME SEC(".maps")
MAP(array, BPF_MAP_TYPE_ARRAY, 4, 8, 16); MAP(percpu_array, BPF_MAP_TYPE_PERCPU_ARRAY, 4, 8, 16);
MAP(percpu_hash, BPF_MAP_TYPE_PERCPU_HASH, 16, 8, 16); MAP(lru, BPF_MAP_TYPE_LRU_HASH, 8, 8, 64);
MAP(queue, BPF_MAP_TYPE_QUEUE, 0, 8, 16); MAP(stack, BPF_MAP_TYPE_STACK, 0, 8, 16);
MAP(events, BPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4, 8); MAP(devices, BPF_MAP_TYPE_DEVMAP, 4, 4, 8); MAP(cpus, BPF_MAP_TYPE_CPUMAP, 4, 4, 2);
struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 5000); } ring SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_LPM_TRIE); __uint(map_flags, BPF_F_NO_PREALLOC); __uint(key_size, 8); __uint(value_size, 4); __uint(max_entries, 9); } routes SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_BLOOM_FILTER); __uint(value_size, 4); __uint(max_entries, 100); __uint(map_extra, 3); } bloom SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_SK_STORAGE); __uint(map_flags, BPF_F_NO_PREALLOC); __type(key, int); __type(value, long); } storage SEC(".maps");
SEC("xdp") int f(struct xdp_md *ctx) {
	__u64 v = 1; int k = 0; bpf_map_push_elem(&queue, &v, 0); bpf_map_push_elem(&stack, &v, 0); bpf_map_pop_elem(&stack, &v);
	void *p = bpf_ringbuf_reserve(&ring, 16, 0); if (p) bpf_ringbuf_discard(p, 0);
	bpf_perf_event_output(ctx, &events, BPF_F_CURRENT_CPU, &v, sizeof v);
	__u64 *a = bpf_map_lookup_elem(&array, &k), *b = bpf_map_lookup_elem(&percpu_array, &k); if (a && b) *a += *b;
	return bpf_redirect_map(&devices, 0, XDP_PASS);
}
