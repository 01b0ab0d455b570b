#include "common.h"
#include <bpf/bpf_core_read.h>
struct list_head { struct list_head *next, *prev; }; struct list_head___short { struct list_head *next; }; struct list_head___wrong { int *next; }; struct hlist_node { struct hlist_node *next, **pprev; }; struct none { int x; };
int out[8];
SEC("raw_tp/sys_enter") int f(void *ctx) {
	out[0] = bpf_core_type_matches(struct list_head); out[1] = bpf_core_type_matches(struct list_head___short); out[2] = bpf_core_type_matches(struct list_head___wrong); out[3] = bpf_core_type_matches(struct hlist_node); out[4] = bpf_core_type_matches(struct none);
	return 0;
}
