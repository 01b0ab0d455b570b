#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

/* Open-coded iterators, and sections in which RCU is locked or preemption disabled. */

struct bpf_iter_num2 { __u64 o; } __attribute__((aligned(8)));
struct bpf_iter_num;
extern int bpf_iter_num_new(struct bpf_iter_num *it, int start, int end) __ksym;
extern int *bpf_iter_num_next(struct bpf_iter_num *it) __ksym;
extern void bpf_iter_num_destroy(struct bpf_iter_num *it) __ksym;
extern void bpf_rcu_read_lock(void) __ksym;
extern void bpf_rcu_read_unlock(void) __ksym;
extern void bpf_preempt_disable(void) __ksym;
extern void bpf_preempt_enable(void) __ksym;
#define IT struct bpf_iter_num2 x; struct bpf_iter_num *it = (void *)&x; 
SEC("tc") int numbers_added(struct __sk_buff *skb)
{
	IT int s = 0; int *v; bpf_iter_num_new(it, 0, 10); while ((v = bpf_iter_num_next(it))) s += *v; bpf_iter_num_destroy(it); return s;
}

SEC("tc") int iterator_kept(struct __sk_buff *skb)
{
	IT bpf_iter_num_new(it, 0, 10); return 0;
}

SEC("tc") int not_begun(struct __sk_buff *skb)
{
	IT return bpf_iter_num_next(it) != 0;
}

SEC("tc") int destroyed_twice(struct __sk_buff *skb)
{
	IT bpf_iter_num_new(it, 0, 10); bpf_iter_num_destroy(it); bpf_iter_num_destroy(it); return 0;
}

SEC("tc") int begun_twice(struct __sk_buff *skb)
{
	IT bpf_iter_num_new(it, 0, 10); bpf_iter_num_new(it, 0, 10); bpf_iter_num_destroy(it); return 0;
}

SEC("tc") int iterator_read(struct __sk_buff *skb)
{
	IT bpf_iter_num_new(it, 0, 10); int r = *(volatile int *)&x; bpf_iter_num_destroy(it); return r;
}

SEC("tc") int iterator_overwritten(struct __sk_buff *skb)
{
	IT bpf_iter_num_new(it, 0, 10); *(volatile int *)&x = 3; bpf_iter_num_destroy(it); return 0;
}

SEC("tc") int number_as_index(struct __sk_buff *skb)
{
	IT int a[5] = {}; int *v; bpf_iter_num_new(it, 0, skb->len); while ((v = bpf_iter_num_next(it))) { if ((unsigned)*v < 5) a[*v & 3] += *v; } bpf_iter_num_destroy(it); return a[0] + a[3];
}

SEC("tc") int not_checked(struct __sk_buff *skb)
{
	IT int s = 0; int *v; bpf_iter_num_new(it, 0, 10); v = bpf_iter_num_next(it); s = *v; bpf_iter_num_destroy(it); return s;
}

SEC("tc") int rcu_locked(struct __sk_buff *skb)
{
	bpf_rcu_read_lock(); bpf_rcu_read_unlock(); return 0;
}

SEC("tc") int rcu_kept(struct __sk_buff *skb)
{
	bpf_rcu_read_lock(); return 0;
}

SEC("tc") int rcu_not_locked(struct __sk_buff *skb)
{
	bpf_rcu_read_unlock(); return 0;
}

SEC("tc") int rcu_locked_twice(struct __sk_buff *skb)
{
	bpf_rcu_read_lock(); bpf_rcu_read_lock(); bpf_rcu_read_unlock(); return 0;
}

SEC("tc") int preemption_off(struct __sk_buff *skb)
{
	bpf_preempt_disable(); bpf_preempt_enable(); return 0;
}

SEC("tc") int preemption_kept_off(struct __sk_buff *skb)
{
	bpf_preempt_disable(); return 0;
}

SEC("tc") int preemption_not_off(struct __sk_buff *skb)
{
	bpf_preempt_enable(); return 0;
}

SEC("tc") int preemption_on_one_way(struct __sk_buff *skb)
{
	bpf_preempt_disable(); if (skb->len) bpf_preempt_enable(); return 0;
}

char _license[] SEC("license") = "GPL";
