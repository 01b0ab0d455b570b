#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

/* Names of the kernel: addresses of what has no type here, functions, and variables that every processor has one of. */

typedef unsigned long long u64;
struct rq { unsigned int nr_running; } __attribute__((preserve_access_index));

extern const void schedule __ksym;
extern const void vfs_read __ksym;
extern const void no_such_symbol __ksym __weak;
extern const struct rq runqueues __ksym;
extern const int bpf_prog_active __ksym;
extern const int no_such_variable __ksym __weak;
extern int bpf_strlen(const char *s) __ksym;
extern int no_such_function(void) __ksym __weak;

/* Kept from the compiler, which takes functions for there. */
#define IS_THERE(function) ({ const void *address = function; asm volatile("" : "+r"(address)); address; })
#define PROBE SEC("raw_tp/sys_enter")

u64 seen;

PROBE int address(void *ctx) { seen = (u64)&schedule; return 0; }
PROBE int two_addresses(void *ctx) { return &schedule == &vfs_read ? *(volatile int *)7 : 0; }
PROBE int address_is_no_pointer(void *ctx) { return *(volatile int *)&schedule; }
PROBE int missing_address(void *ctx) { return &no_such_symbol ? *(volatile int *)7 : 0; }
PROBE int missing_variable(void *ctx) { return &no_such_variable ? *(volatile int *)7 : 0; }
PROBE int function_is_there(void *ctx) { return IS_THERE(bpf_strlen) ? 1 : *(volatile int *)7; }
PROBE int function_is_missing(void *ctx) { return IS_THERE(no_such_function) ? no_such_function() : 0; }
PROBE int function_read(void *ctx) { void *p = bpf_strlen; return *(volatile int *)p; }
PROBE int this_processor(void *ctx) { struct rq *rq = bpf_this_cpu_ptr(&runqueues); return rq->nr_running; }
PROBE int other_processor(void *ctx) { struct rq *rq = bpf_per_cpu_ptr(&runqueues, 1); return rq ? rq->nr_running : 0; }
PROBE int other_processor_without_a_look(void *ctx) { struct rq *rq = bpf_per_cpu_ptr(&runqueues, 1); return rq->nr_running; }
PROBE int number_of_processor(void *ctx) { int *active = bpf_this_cpu_ptr(&bpf_prog_active); return *active; }
PROBE int number_written(void *ctx) { int *active = bpf_this_cpu_ptr(&bpf_prog_active); *active = 1; return 0; }
PROBE int behind_the_number(void *ctx) { int *active = bpf_this_cpu_ptr(&bpf_prog_active); return active[1]; }
PROBE int without_a_processor(void *ctx) { return *(volatile unsigned int *)&runqueues.nr_running; }
PROBE int no_per_processor(void *ctx) { return bpf_this_cpu_ptr(ctx) != 0; }

char _license[] SEC("license") = "GPL";
