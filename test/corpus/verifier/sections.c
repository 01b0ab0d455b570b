#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

/* Interrupts, preemption and RCU; what may sleep inside; exceptions. */

extern void bpf_local_irq_save(unsigned long *flags) __ksym;
extern void bpf_local_irq_restore(unsigned long *flags) __ksym;
extern void bpf_preempt_disable(void) __ksym;
extern void bpf_preempt_enable(void) __ksym;
extern void bpf_rcu_read_lock(void) __ksym;
extern void bpf_rcu_read_unlock(void) __ksym;
extern void bpf_throw(__u64 cookie) __ksym;
extern int bpf_copy_from_user_str(void *to, __u32 size, const void *from, __u64 flags) __ksym;
#define __exception_cb(name) __attribute__((btf_decl_tag("exception_callback:" #name)))

SEC("tc") int switched_off_and_on(struct __sk_buff *skb)
{
	unsigned long f; bpf_local_irq_save(&f); bpf_local_irq_restore(&f); return 0;
}

SEC("tc") int switched_off(struct __sk_buff *skb)
{
	unsigned long f; bpf_local_irq_save(&f); return 0;
}

SEC("tc") int nested(struct __sk_buff *skb)
{
	unsigned long f, g; bpf_local_irq_save(&f); bpf_local_irq_save(&g); bpf_local_irq_restore(&g); bpf_local_irq_restore(&f); return 0;
}

SEC("tc") int crossed(struct __sk_buff *skb)
{
	unsigned long f, g; bpf_local_irq_save(&f); bpf_local_irq_save(&g); bpf_local_irq_restore(&f); bpf_local_irq_restore(&g); return 0;
}

SEC("tc") int never_saved(struct __sk_buff *skb)
{
	unsigned long f = 0; bpf_local_irq_restore(&f); return 0;
}

SEC("tc") int saved_twice(struct __sk_buff *skb)
{
	unsigned long f; bpf_local_irq_save(&f); bpf_local_irq_save(&f); bpf_local_irq_restore(&f); return 0;
}

SEC("tc") int flag_read(struct __sk_buff *skb)
{
	unsigned long f; bpf_local_irq_save(&f); int r = *(volatile unsigned long *)&f; bpf_local_irq_restore(&f); return r;
}

SEC("tc") int flag_overwritten(struct __sk_buff *skb)
{
	unsigned long f; bpf_local_irq_save(&f); *(volatile unsigned long *)&f = 0; bpf_local_irq_restore(&f); return 0;
}

char buffer[8];

SEC("syscall") int sleeps(void *context)
{
	return bpf_copy_from_user(buffer, sizeof(buffer), (void *)1);
}

SEC("syscall") int sleeps_without_preemption(void *context)
{
	bpf_preempt_disable(); bpf_copy_from_user(buffer, sizeof(buffer), (void *)1); bpf_preempt_enable(); return 0;
}

SEC("syscall") int sleeps_under_rcu(void *context)
{
	bpf_rcu_read_lock(); bpf_copy_from_user(buffer, sizeof(buffer), (void *)1); bpf_rcu_read_unlock(); return 0;
}

SEC("syscall") int sleeps_without_interrupts(void *context)
{
	unsigned long f; bpf_local_irq_save(&f); bpf_copy_from_user(buffer, sizeof(buffer), (void *)1); bpf_local_irq_restore(&f); return 0;
}

SEC("syscall") int function_sleeps_under_rcu(void *context)
{
	bpf_rcu_read_lock(); bpf_copy_from_user_str(buffer, sizeof(buffer), (void *)1, 0); bpf_rcu_read_unlock(); return 0;
}

SEC("tc") int may_not_sleep(struct __sk_buff *skb)
{
	bpf_copy_from_user_str(buffer, sizeof(buffer), (void *)1, 0); return 0;
}

SEC("tc") int thrown(struct __sk_buff *skb)
{
	if (skb->len > 100) bpf_throw(7); return 0;
}

static __attribute__((noinline)) int thrower(struct __sk_buff *skb)
{
	if (skb->len > 100) bpf_throw(7); return skb->len;
}

SEC("tc") int thrown_from_a_function(struct __sk_buff *skb)
{
	return thrower(skb) + 1;
}

SEC("tc") int thrown_without_preemption(struct __sk_buff *skb)
{
	bpf_preempt_disable(); if (skb->len > 100) bpf_throw(7); bpf_preempt_enable(); return 0;
}

static int round(__u32 i, void *context)
{
	bpf_throw(1); return 0;
}

SEC("tc") int thrown_from_a_callback(struct __sk_buff *skb)
{
	bpf_loop(3, round, 0, 0); return 0;
}

SEC("cgroup_skb/ingress") int thrown_out_of_range(struct __sk_buff *skb)
{
	if (skb->len > 100) bpf_throw(7); return 1;
}

__attribute__((noinline)) int caught(__u64 cookie)
{
	return cookie & 1;
}

SEC("cgroup_skb/ingress") __exception_cb(caught) int thrown_to_a_function(struct __sk_buff *skb)
{
	if (skb->len > 100) bpf_throw(7); return 1;
}

__attribute__((noinline)) int caught_with_context(struct __sk_buff *skb)
{
	return 0;
}

SEC("tc") __exception_cb(caught_with_context) int thrown_to_a_wrong_function(struct __sk_buff *skb)
{
	if (skb->len > 100) bpf_throw(7); return 1;
}

SEC("cgroup_skb/ingress") __exception_cb(caught) int calls_what_catches(struct __sk_buff *skb)
{
	return caught(1);
}

static int later(void *map, int *key, void *timer)
{
	bpf_throw(1); return 0;
}

struct later { struct bpf_timer timer; };
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, int);
	__type(value, struct later);
} later_map SEC(".maps");

SEC("tc") int thrown_later(struct __sk_buff *skb)
{
	int zero = 0; struct later *it = bpf_map_lookup_elem(&later_map, &zero); if (!it) return 0;
	bpf_timer_set_callback(&it->timer, later); return 0;
}

static __attribute__((noinline)) int throws_length(struct __sk_buff *skb)
{
	bpf_throw(skb->len); return 0;
}

SEC("cgroup_skb/ingress") int thrown_out_of_range_in_a_function(struct __sk_buff *skb)
{
	return throws_length(skb) & 1;
}

char LICENSE[] SEC("license") = "GPL";
