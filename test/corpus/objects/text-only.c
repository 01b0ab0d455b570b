#include "common.h"
int lonely(struct __sk_buff *skb) { return skb->len; }
