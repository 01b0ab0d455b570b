#include "common.h"
static volatile int counter; static volatile const int limit = 3;
SEC("socket") int f(struct __sk_buff *skb) { return counter++ < limit; }
