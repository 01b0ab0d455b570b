#include "common.h"
struct { __uint(type, BPF_MAP_TYPE_HASH); __type(key, __u32); __type(value, __u64); __uint(max_entries, 8); } map SEC(".maps");
static long each(void *m, __u32 *key, __u64 *value, long *sum) { *sum += *value; return 0; }
static int step(__u32 i, long *sum) { *sum += i; return i > 5; }
SEC("tc") int f(struct __sk_buff *skb) { long sum = 0; bpf_for_each_map_elem(&map, each, &sum, 0); bpf_loop(10, step, &sum, 0); return sum; }
