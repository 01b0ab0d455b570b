#include "common.h"
int there SEC("my_data") = 3;
SEC("tc") int f(struct __sk_buff *skb) { return there; }
