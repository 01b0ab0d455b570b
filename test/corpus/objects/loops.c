#include "common.h"
SEC("tc") int f(struct __sk_buff *skb) {
	__u32 sum = 0;
	for (int i = 0; i < 20; i++) { sum += skb->len; asm volatile("" : "+r"(sum)); }
	return sum & 0xff;
}
