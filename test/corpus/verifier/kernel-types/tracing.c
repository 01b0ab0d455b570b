#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

/* Programs whose arguments the kernel's types describe, and what lies behind them. */

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct cgroup { unsigned long flags; };
struct vm_area_struct { unsigned long vm_start; };
struct css_set { struct cgroup *dfl_cgrp; };
struct mm_struct { unsigned long start_stack; };
struct task_struct { int pid; char comm[16]; struct mm_struct *mm; struct task_struct *parent; struct task_struct *real_parent; struct css_set *cgroups; };
struct sk_buff { unsigned int len; struct sock *sk; unsigned char *data; };
struct seq_file { void *private; };
struct bpf_iter_meta { struct seq_file *seq; };
struct bpf_iter__task { struct bpf_iter_meta *meta; struct task_struct *task; };
#pragma clang attribute pop

extern struct task_struct *bpf_task_acquire(struct task_struct *task) __ksym;
extern void bpf_task_release(struct task_struct *task) __ksym;
extern void bpf_rcu_read_lock(void) __ksym;
extern void bpf_rcu_read_unlock(void) __ksym;

#define ARGUMENT(type, number) ((type)(args[number]))
typedef unsigned long long u64;
u64 seen;

SEC("tp_btf/sched_process_exit") int member_read(u64 *args)
{
	struct task_struct *t = ARGUMENT(struct task_struct *, 0); return t->pid & 1;
}

SEC("tp_btf/sched_process_exit") int written(u64 *args)
{
	struct task_struct *t = ARGUMENT(struct task_struct *, 0); t->pid = 1; return 0;
}

SEC("tp_btf/sched_process_exit") int no_such_argument(u64 *args)
{
	return ARGUMENT(u64, 7) != 0;
}

SEC("tp_btf/sched_process_exit") int argument_half_read(u64 *args)
{
	return *(volatile unsigned int *)args;
}

SEC("tp_btf/sched_process_exit") int argument_written(u64 *args)
{
	*(volatile u64 *)args = 0; return 0;
}

SEC("tp_btf/sched_process_exit") int acquired(u64 *args)
{
	struct task_struct *t = bpf_task_acquire(ARGUMENT(struct task_struct *, 0)); if (t) bpf_task_release(t); return 0;
}

SEC("tp_btf/sched_process_exit") int acquired_and_kept(u64 *args)
{
	return bpf_task_acquire(ARGUMENT(struct task_struct *, 0)) != 0;
}

SEC("tp_btf/sched_process_exit") int acquired_what_nobody_keeps(u64 *args)
{
	struct task_struct *t = bpf_task_acquire(ARGUMENT(struct task_struct *, 0)->parent); if (t) bpf_task_release(t); return 0;
}

SEC("tp_btf/sched_process_exit") int acquired_under_rcu(u64 *args)
{
	struct task_struct *t = bpf_task_acquire(ARGUMENT(struct task_struct *, 0)->real_parent); if (t) bpf_task_release(t); return 0;
}

SEC("tp_btf/kfree_skb") int bytes_that_may_be_missing(u64 *args)
{
	if (!ARGUMENT(struct sk_buff *, 0)->data) seen = 1; return 0;
}

SEC("tp_btf/kfree_skb") int bytes_moved(u64 *args)
{
	unsigned char *data = ARGUMENT(struct sk_buff *, 0)->data; data += 12 + (ARGUMENT(struct sk_buff *, 0)->len & 3); return *data & 1;
}

static long area(struct task_struct *task, struct vm_area_struct *area, void *context)
{
	seen = area->vm_start; return 0;
}

SEC("tp_btf/sched_process_exit") int areas_found(u64 *args)
{
	bpf_find_vma(bpf_get_current_task_btf(), 0, area, 0, 0); return 0;
}

SEC("tp_btf/sched_process_exit") int walked(u64 *args)
{
	struct task_struct *t = ARGUMENT(struct task_struct *, 0); return t->cgroups->dfl_cgrp->flags & 1;
}

SEC("tp_btf/sched_process_exit") int walked_far(u64 *args)
{
	struct task_struct *t = ARGUMENT(struct task_struct *, 0); return t->parent->parent->mm->start_stack & 1;
}

SEC("tp_btf/sched_process_exit") int pointer_half_read(u64 *args)
{
	struct task_struct *t = ARGUMENT(struct task_struct *, 0); return *(volatile int *)&t->mm;
}

SEC("tp_btf/sched_process_exit") int before_the_struct(u64 *args)
{
	struct task_struct *t = ARGUMENT(struct task_struct *, 0); return *(volatile int *)((char *)t - 8);
}

SEC("tp_btf/sched_process_exit") int at_an_unknown_place(u64 *args)
{
	struct task_struct *t = ARGUMENT(struct task_struct *, 0); unsigned int i = bpf_get_prandom_u32() & 7; return ((volatile char *)t)[i];
}

SEC("tp_btf/mm_page_alloc") int may_be_null(u64 *args)
{
	return *(volatile u64 *)ARGUMENT(char *, 0) & 1;
}

SEC("fentry/bpf_fentry_test1") int number(u64 *args)
{
	seen = ARGUMENT(int, 0); return 0;
}

SEC("fentry/bpf_fentry_test1") int wrong_result(u64 *args)
{
	return ARGUMENT(int, 0);
}

SEC("fentry/bpf_fentry_test1") int result_too_early(u64 *args)
{
	seen = ARGUMENT(int, 1); return 0;
}

SEC("fexit/bpf_fentry_test1") int result(u64 *args)
{
	seen = ARGUMENT(int, 1); return 0;
}

SEC("fentry/__kfree_skb") int packet_length(u64 *args)
{
	struct sk_buff *skb = ARGUMENT(struct sk_buff *, 0); seen = skb->len; return 0;
}

SEC("fentry/__kfree_skb") int argument_count(u64 *args)
{
	u64 value = 0; bpf_get_func_arg(args, 0, &value); seen = bpf_get_func_arg_cnt(args); return 0;
}

SEC("iter/task") int told(struct bpf_iter__task *it)
{
	struct task_struct *t = it->task; static const char line[] = "%d\n"; u64 pid;
	if (!t) return 0; pid = t->pid; bpf_seq_printf(it->meta->seq, line, sizeof(line), &pid, sizeof(pid)); return 0;
}

SEC("iter/task") int end_not_looked_for(struct bpf_iter__task *it)
{
	return it->task->pid & 1;
}

SEC("tp_btf/sched_process_exit") int told_by_a_tracepoint(u64 *args)
{
	return bpf_seq_write(ARGUMENT(struct seq_file *, 0), "x", 1);
}

char LICENSE[] SEC("license") = "GPL";
