#include "common.h"
SEC("tc") __attribute__((used)) static int f(struct __sk_buff *skb) { return 0; }
