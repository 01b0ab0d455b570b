#include "common.h"
SEC("tc") NOINLINE int callee(struct __sk_buff *skb) { return skb->len + 1; }
SEC("tc") int caller(struct __sk_buff *skb) { return callee(skb) + 1; }
