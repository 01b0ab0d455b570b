#include "common.h"
SEC("?tc") int maybe(struct __sk_buff *skb) { return 1; }
SEC("tc") int always(struct __sk_buff *skb) { return 0; }
