#include "common.h"
SEC("socket") int filter(struct __sk_buff *skb) { return skb->protocol == bpf_htons(ETH_P_IP) ? skb->len : 0; }
