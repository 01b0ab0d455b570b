#include "common.h"
#include <bpf/bpf_core_read.h>
struct task_struct { int pid; char comm[16]; }; struct no_such_struct { int x; }; struct no_such_struct___v2 { int x; };
struct sk_buff___mine { unsigned int len; }; union nothing { int a; }; typedef struct { int counter; } atomic_t; struct list_head { struct list_head *next, *prev; };
long out[16];
SEC("raw_tp/sys_enter") int f(void *ctx) {
	out[0] = bpf_core_type_exists(struct task_struct); out[1] = bpf_core_type_exists(struct no_such_struct); out[2] = bpf_core_type_size(struct task_struct); out[3] = bpf_core_type_size(struct no_such_struct___v2);
	out[4] = bpf_core_type_id_kernel(struct list_head); out[5] = bpf_core_type_id_local(struct task_struct); out[6] = bpf_core_type_exists(struct sk_buff___mine); out[7] = bpf_core_type_id_kernel(union nothing);
	out[8] = bpf_core_type_size(atomic_t); out[9] = bpf_core_type_exists(atomic_t);
	return 0;
}
