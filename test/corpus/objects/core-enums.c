#include "common.h"
#include <bpf/bpf_core_read.h>
enum pid_type___mine { PIDTYPE_PID___mine = 10, PIDTYPE_TGID___mine, PIDTYPE_NOT___mine }; enum hrtimer_restart { HRTIMER_NORESTART = 7, HRTIMER_RESTART };
long out[8];
SEC("raw_tp/sys_enter") int f(void *ctx) {
	out[0] = bpf_core_enum_value_exists(enum pid_type___mine, PIDTYPE_PID___mine); out[1] = bpf_core_enum_value_exists(enum pid_type___mine, PIDTYPE_NOT___mine);
	out[2] = bpf_core_enum_value(enum pid_type___mine, PIDTYPE_TGID___mine); out[3] = bpf_core_enum_value(enum hrtimer_restart, HRTIMER_RESTART);
	if (bpf_core_enum_value_exists(enum pid_type___mine, PIDTYPE_NOT___mine)) out[4] = bpf_core_enum_value(enum pid_type___mine, PIDTYPE_NOT___mine);
	return 0;
}
