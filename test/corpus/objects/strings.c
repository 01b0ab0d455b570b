#include "common.h"
static const char *names[] = { "one", "two" };
SEC("tc") int f(struct __sk_buff *skb) { char greeting[] = "a string that lives on the stack, copied from read-only data"; bpf_printk("length %d %s", skb->len, greeting); bpf_trace_printk(greeting, sizeof greeting); return 0; }
