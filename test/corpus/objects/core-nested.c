#include "common.h"
#include <bpf/bpf_core_read.h>
struct qdisc_skb_cb { struct { unsigned int pkt_len; unsigned short slave_dev_queue_mapping; }; unsigned char data[20]; } __attribute__((preserve_access_index));
struct path { void *dentry; } __attribute__((preserve_access_index)); struct file { struct path f_path; } __attribute__((preserve_access_index)); struct net_device { union { unsigned int ifindex; }; char name[16]; } __attribute__((preserve_access_index));
long out[6];
SEC("raw_tp/sys_enter") int f(void *ctx) { void *t = (void *)bpf_get_current_task(); struct qdisc_skb_cb *q = t; struct file *file = t; struct net_device *d = t; out[0] = BPF_CORE_READ(q, pkt_len); out[1] = BPF_CORE_READ(q, data[7]); out[2] = (long)BPF_CORE_READ(file, f_path.dentry); out[3] = BPF_CORE_READ(d, ifindex); out[4] = BPF_CORE_READ(d, name[2]); return 0; }
