// Asks the helpers on routes and sockets what they know of IPv6, by each interface, and writes down each answer with all that it filled in.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ipv6.h>
#include <linux/pkt_cls.h>
#include <linux/udp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

enum { AF_INET6 = 10, CLIENT = 2, SERVER = 3, WATCHER = 4, TARGETS = 12, FLAGS = 10 };

struct address {
	__be32 words[4];
};
#define ADDRESS(a, b, c, d) { { bpf_htonl(a), bpf_htonl(b), bpf_htonl(c), bpf_htonl(d) } }

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, __u64);
} answers SEC(".maps");

static const struct address targets[TARGETS] = {
	ADDRESS(0x20010db8, 0x00010000, 0, 0x0001), ADDRESS(0x20010db8, 0x00010000, 0, 0x0007),
	ADDRESS(0x20010db8, 0x00090000, 0, 0x0004), ADDRESS(0x20010db8, 0x00090005, 0, 0x0004),
	ADDRESS(0x20010db8, 0, 0, 0x0254), ADDRESS(0x20010db8, 0x00020000, 0, 0x0002),
	ADDRESS(0x20010db8, 0x00010000, 0, 0x0254), ADDRESS(0, 0, 0, 1),
	ADDRESS(0x20010db8, 0xffff0000, 0, 1), ADDRESS(0xfe800000, 0, 0, 0x0005),
	ADDRESS(0xff020000, 0, 0, 1), ADDRESS(0x20010db8, 0x00010000, 0, 0),
};
static const __u32 flags[FLAGS] = {
	0, BPF_FIB_LOOKUP_DIRECT, BPF_FIB_LOOKUP_OUTPUT, BPF_FIB_LOOKUP_SKIP_NEIGH, BPF_FIB_LOOKUP_SRC,
	BPF_FIB_LOOKUP_DIRECT | BPF_FIB_LOOKUP_TBID, BPF_FIB_LOOKUP_OUTPUT | BPF_FIB_LOOKUP_SKIP_NEIGH,
	BPF_FIB_LOOKUP_OUTPUT | BPF_FIB_LOOKUP_DIRECT, BPF_FIB_LOOKUP_OUTPUT | BPF_FIB_LOOKUP_SRC, 64,
};

static __always_inline void note(__u32 index, __s64 result, const void *bytes, int length)
{
	const __u8 *at = bytes;
	__u64 sum = 0xcbf29ce484222325ull ^ (__u64)result;

	for (int i = 0; i < length; i++)
		sum = (sum ^ at[i]) * 0x100000001b3ull;
	bpf_map_update_elem(&answers, &index, &sum, BPF_ANY);
}

// By an interface, in whose upper 16 bits is the length that is asked about.
static __noinline int ask(struct __sk_buff *skb, __u32 index, __u32 target, __u32 flag, __u32 by)
{
	struct bpf_fib_lookup way = { .family = AF_INET6, .ifindex = by & 0xffff, .tot_len = by >> 16 };
	const struct address from = ADDRESS(0x20010db8, 0, 0, 1);
	long result;

	if (target >= TARGETS)
		return 0;
	__builtin_memcpy(way.ipv6_src, &from, 16);
	__builtin_memcpy(way.ipv6_dst, &targets[target], 16);
	if (flag & BPF_FIB_LOOKUP_TBID)
		way.tbid = 254;
	result = bpf_fib_lookup(skb, &way, sizeof(way), flag);
	note(index, result, &way, sizeof(way));
	return 0;
}

static __always_inline void routes(struct __sk_buff *skb, __u32 from, __u32 ifindex)
{
	for (__u32 target = 0; target < TARGETS; target++)
		for (__u32 flag = 0; flag < FLAGS; flag++)
			ask(skb, from + target * FLAGS + flag, target, flags[flag], ifindex);
}

static __noinline int socket_at(struct __sk_buff *skb, __u32 index, __u32 target, __u32 port, __u32 is_tcp)
{
	const struct address from = ADDRESS(0x20010db8, 0, 0, 1);
	struct bpf_sock_tuple tuple = {};
	struct bpf_sock *sk;
	__u32 seen[7] = {};

	if (target >= TARGETS)
		return 0;
	__builtin_memcpy(tuple.ipv6.saddr, &from, 16);
	__builtin_memcpy(tuple.ipv6.daddr, &targets[target], 16);
	tuple.ipv6.sport = bpf_htons(5000);
	tuple.ipv6.dport = bpf_htons(port);
	if (is_tcp)
		sk = bpf_sk_lookup_tcp(skb, &tuple, sizeof(tuple.ipv6), BPF_F_CURRENT_NETNS, 0);
	else
		sk = bpf_sk_lookup_udp(skb, &tuple, sizeof(tuple.ipv6), BPF_F_CURRENT_NETNS, 0);
	if (sk) {
		seen[0] = 1;
		seen[1] = sk->type;
		seen[2] = sk->protocol;
		seen[3] = sk->src_port;
		seen[4] = sk->dst_port;
		seen[5] = sk->state;
		seen[6] = sk->family;
		bpf_sk_release(sk);
	}
	note(index, 0, seen, sizeof(seen));
	return 0;
}

SEC("tc")
int steer(struct __sk_buff *skb)
{
	struct bpf_redir_neigh watcher = { .nh_family = AF_INET6 };
	void *data = (void *)(long)skb->data;
	void *end = (void *)(long)skb->data_end;
	struct ipv6hdr *ip = data + sizeof(struct ethhdr);
	struct udphdr *udp = (void *)(ip + 1);

	if (skb->protocol != bpf_htons(ETH_P_IPV6) || (void *)(udp + 1) > end || ip->nexthdr != IPPROTO_UDP)
		return TC_ACT_UNSPEC;
	switch (bpf_ntohs(udp->dest)) {
	case 100:
		routes(skb, 0, CLIENT);
		return TC_ACT_OK;
	case 101:
		routes(skb, 120, CLIENT);
		routes(skb, 240, SERVER);
		return TC_ACT_OK;
	case 102:
		routes(skb, 360, WATCHER);
		ask(skb, 480, 0, 0, CLIENT | 1500 << 16);
		ask(skb, 481, 0, 0, CLIENT | 1501 << 16);
		ask(skb, 482, 0, BPF_FIB_LOOKUP_OUTPUT, SERVER | 1400 << 16);
		ask(skb, 483, 0, 0, 99);
		for (__u32 i = 0; i < 16; i++)
			socket_at(skb, 484 + i, i & 1 ? 4 : 6, i & 2 ? 999 : 80, i & 4);
		return TC_ACT_OK;
	case 103:
		return bpf_redirect_neigh(SERVER, 0, 0, 0);
	case 104:
		__builtin_memcpy(watcher.ipv6_nh, &targets[5], 16);
		return bpf_redirect_neigh(WATCHER, &watcher, sizeof(watcher), 0);
	case 105:
		return bpf_redirect_peer(WATCHER, 0);
	}
	return TC_ACT_UNSPEC;
}

char _license[] SEC("license") = "GPL";
