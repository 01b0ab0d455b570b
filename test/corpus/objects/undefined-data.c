#include "common.h"
extern int elsewhere;
SEC("tc") int f(struct __sk_buff *skb) { return elsewhere; }
