#include "common.h"
#include <bpf/bpf_core_read.h>
struct task_struct { int no_such_field; } __attribute__((preserve_access_index)); int out;
SEC("raw_tp/sys_enter") int f(void *ctx) { struct task_struct *t = (void *)bpf_get_current_task(); out = BPF_CORE_READ(t, no_such_field); return 0; }
