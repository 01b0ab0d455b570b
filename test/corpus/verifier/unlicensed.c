#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

/* Programs whose licence is not compatible with the GPL. */

extern void bpf_rcu_read_lock(void) __ksym;
extern void bpf_rcu_read_unlock(void) __ksym;

SEC("tc") int kernel_function(struct __sk_buff *skb)
{
	if (skb->len == 1) { bpf_rcu_read_lock(); bpf_rcu_read_unlock(); } return 0;
}

SEC("tc") int helper_for_the_gpl(struct __sk_buff *skb)
{
	return bpf_trace_printk("", 1);
}

SEC("tc") int helper_for_all(struct __sk_buff *skb)
{
	return bpf_get_prandom_u32();
}

char LICENSE[] SEC("license") = "Proprietary";
