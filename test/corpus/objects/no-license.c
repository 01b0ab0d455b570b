#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
SEC("socket") int f(struct __sk_buff *skb) { return 0; }
