#include "common.h"
#define P(N, S) SEC(S) int N(void *ctx) { return 0; }
P(t1, "kprobe/do_nanosleep") P(t2, "kretprobe/do_nanosleep") P(t3, "uprobe") P(t4, "tracepoint/syscalls/sys_enter_openat") P(t5, "tp/sched/sched_switch") P(t6, "raw_tracepoint/sys_enter") P(t7, "raw_tp/sys_exit") P(t8, "perf_event") P(t9, "syscall") P(t10, "ksyscall/openat") P(t11, "kprobe.multi/x*") P(t12, "usdt") P(t13, "uprobe.s/x:y")
