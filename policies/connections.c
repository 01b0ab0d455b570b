// Follows connections where the kernel works on them: the states that they go through, what is sent on them, and on which device
// segments arrive. Structs are told only as far as they are read; the loader finds out where the kernel has the members (CO-RE).
#define __VMLINUX_H__
#define __TARGET_ARCH_x86
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct pt_regs {
	unsigned long di;
};
struct sock_common {
	__be16 skc_dport;
	__u16 skc_num;
};
struct sock {
	struct sock_common __sk_common;
};
struct net_device {
	int ifindex;
};
struct sk_buff {
	struct net_device *dev;
	unsigned int len;
};
#pragma clang attribute pop
struct msghdr;

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

struct step {
	__u16 port;
	__u16 state;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__type(key, struct step);
	__type(value, __u64);
	__uint(max_entries, 256);
} states SEC(".maps");

struct bytes {
	__uint(type, BPF_MAP_TYPE_HASH);
	__type(key, __u32);
	__type(value, __u64);
	__uint(max_entries, 256);
};
struct bytes sent SEC(".maps"), received SEC(".maps");

static __always_inline void add(void *map, const void *key, __u64 much)
{
	__u64 *sum = bpf_map_lookup_elem(map, key);

	if (sum)
		__sync_fetch_and_add(sum, much);
	else
		bpf_map_update_elem(map, key, &much, BPF_NOEXIST);
}

SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(follow, struct sock *sk, int oldstate, int newstate)
{
	struct step step = { bpf_ntohs(sk->__sk_common.skc_dport), newstate };

	add(&states, &step, 1);
	return 0;
}

SEC("fexit/tcp_sendmsg")
int BPF_PROG(count_sent, struct sock *sk, struct msghdr *msg, unsigned long size, int result)
{
	__u32 port = bpf_ntohs(sk->__sk_common.skc_dport);

	if (result > 0)
		add(&sent, &port, result);
	return 0;
}

SEC("kprobe/tcp_v4_rcv")
int BPF_KPROBE(count_received, struct sk_buff *skb)
{
	__u32 device = BPF_CORE_READ(skb, dev, ifindex);

	add(&received, &device, BPF_CORE_READ(skb, len));
	return 0;
}

char _license[] SEC("license") = "GPL";
