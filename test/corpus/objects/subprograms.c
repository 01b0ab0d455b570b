#include "common.h"
static NOINLINE int leaf(int x) { return x * 3 + 1; }
NOINLINE int middle(int x) { return leaf(x) + leaf(x + 1); }
static NOINLINE int other(struct __sk_buff *skb) { return middle(skb->len) ^ leaf(skb->mark); }
SEC("tc") int a(struct __sk_buff *skb) { return other(skb) + middle(2); }
SEC("tc") int b(struct __sk_buff *skb) { return leaf(skb->len) + other(skb); }
SEC("socket") int c(struct __sk_buff *skb) { return middle(1); }
