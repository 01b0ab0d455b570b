#include "common.h"
__weak NOINLINE int weak(int x) { return x + 1; }
__hidden NOINLINE int hidden(struct __sk_buff *skb, int *x) { return *x + skb->len; }
SEC("tc") int f(struct __sk_buff *skb) { int y = skb->mark; return hidden(skb, &y) + weak(y); }
