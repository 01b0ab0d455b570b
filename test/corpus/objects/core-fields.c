#include "common.h"
#include <bpf/bpf_core_read.h>
struct task_struct { int pid; int tgid; struct task_struct *real_parent; unsigned int flags; char comm[16]; } __attribute__((preserve_access_index));
struct task_struct___flavoured { long no_such_field; int pid; } __attribute__((preserve_access_index));
struct sk_buff { unsigned int len; __u8 cloned : 1; __u8 pkt_type : 3; char cb[48]; } __attribute__((preserve_access_index));
int out[16];
SEC("raw_tp/sys_enter") int f(void *ctx) {
	struct task_struct *t = (void *)bpf_get_current_task(); struct sk_buff *skb = (void *)t;
	out[0] = BPF_CORE_READ(t, real_parent, pid); out[1] = bpf_core_field_exists(t->tgid); out[2] = bpf_core_field_size(t->comm);
	struct task_struct___flavoured *o = (void *)t; if (bpf_core_field_exists(o->no_such_field)) out[3] = BPF_CORE_READ(o, no_such_field); else out[3] = BPF_CORE_READ(o, pid);
	out[4] = BPF_CORE_READ_BITFIELD_PROBED(skb, pkt_type); out[5] = bpf_core_field_offset(skb->cb[3]); out[6] = BPF_CORE_READ_BITFIELD_PROBED(skb, cloned);
	out[7] = BPF_CORE_READ(t, comm[5]);
	return 0;
}
