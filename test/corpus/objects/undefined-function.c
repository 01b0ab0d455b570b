#include "common.h"
int elsewhere(int x);
SEC("tc") int f(struct __sk_buff *skb) { return elsewhere(skb->len); }
