#include "common.h"
struct bpf_elf_map { __u32 type, size_key, size_value, max_elem, flags, id, pinning, inner_id, inner_idx; };
struct bpf_elf_map SEC("maps") jumps = { BPF_MAP_TYPE_PROG_ARRAY, 4, 4, 8, 0, 2, 2 };
struct bpf_elf_map SEC("maps") inner = { BPF_MAP_TYPE_ARRAY, 4, 4, 1, 0, 7, 0, 0, 3 };
struct bpf_elf_map SEC("maps") outer = { BPF_MAP_TYPE_ARRAY_OF_MAPS, 4, 4, 8, 0, 5, 1, 7 };
SEC("2/3") int third(struct __sk_buff *skb) { return TC_ACT_SHOT; }
SEC("classifier") int entry(struct __sk_buff *skb) { int k = 0; bpf_tail_call(skb, &jumps, 3); return !!bpf_map_lookup_elem(&outer, &k); }
