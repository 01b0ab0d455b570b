#include "common.h"
unsigned long long load_byte(void *skb, unsigned long long off) asm("llvm.bpf.load.byte"); unsigned long long load_half(void *skb, unsigned long long off) asm("llvm.bpf.load.half");
SEC("socket") int f(struct __sk_buff *skb) { return load_byte(skb, ETH_HLEN + 9) == IPPROTO_TCP ? load_half(skb, 14) : 0; }
