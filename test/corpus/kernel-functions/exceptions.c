#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

/* Programs that throw exceptions, from deep inside. Each returns what comes of it. */

#define __exception_cb(name) __attribute__((btf_decl_tag("exception_callback:" #name)))

extern void bpf_throw(__u64 cookie) __ksym;

__noinline int handler(__u64 cookie)
{
	return cookie + 1000;
}

static __noinline int inner(struct __sk_buff *skb)
{
	volatile int there = 3;
	if (skb->len > 20)
		bpf_throw(skb->len);
	return there;
}

static __noinline int middle(struct __sk_buff *skb)
{
	volatile int there = 5;
	return inner(skb) * there;
}

SEC("tc") int not_thrown(struct __sk_buff *skb)
{
	if (skb->mark == 1)
		bpf_throw(9);
	return 77;
}

SEC("tc") int thrown(struct __sk_buff *skb)
{
	bpf_throw(64);
	return 1;
}

SEC("tc") int thrown_below(struct __sk_buff *skb)
{
	return middle(skb) + 1;
}

SEC("tc") __exception_cb(handler) int caught(struct __sk_buff *skb)
{
	return middle(skb) + 1;
}

SEC("tc") __exception_cb(handler) int not_caught(struct __sk_buff *skb)
{
	if (skb->mark == 1)
		bpf_throw(9);
	return 5;
}

char _license[] SEC("license") = "GPL";
