// Asks the helpers on routes, sockets and sizes what they know, writes down each answer with all that it filled in, and sends
// packets the ways that only helpers know.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>
#include <linux/udp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define IP(a, b, c, d) bpf_htonl((a << 24) | (b << 16) | (c << 8) | d)
enum { AF_INET = 2, AF_INET6 = 10, CLIENT = 2, SERVER = 3, WATCHER = 4 };

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 256);
	__type(key, __u32);
	__type(value, __u64);
} answers SEC(".maps");

static __always_inline void note(__u32 index, __s64 result, const void *bytes, int length)
{
	const __u8 *at = bytes;
	__u64 sum = 0xcbf29ce484222325ull ^ (__u64)result;

	for (int i = 0; i < length; i++)
		sum = (sum ^ at[i]) * 0x100000001b3ull;
	bpf_map_update_elem(&answers, &index, &sum, BPF_ANY);
}

static __always_inline void ask(struct __sk_buff *skb, __u32 index, __u32 ifindex, __u32 to, __u32 flags, __u16 length)
{
	struct bpf_fib_lookup way = { .family = AF_INET, .ifindex = ifindex, .tot_len = length };
	long result;

	way.ipv4_src = IP(10, 0, 0, 1);
	way.ipv4_dst = to;
	if (flags & BPF_FIB_LOOKUP_TBID)
		way.tbid = 254;
	result = bpf_fib_lookup(skb, &way, sizeof(way), flags);
	note(index, result, &way, sizeof(way));
}

static const __u32 targets[] = {
	IP(10, 0, 1, 1), IP(10, 0, 1, 7), IP(10, 9, 3, 4), IP(10, 0, 0, 254), IP(10, 0, 1, 255),
	IP(10, 0, 0, 1), IP(192, 168, 0, 1), IP(127, 0, 0, 1),
};
static const __u32 flags[] = {
	0, BPF_FIB_LOOKUP_DIRECT, BPF_FIB_LOOKUP_OUTPUT, BPF_FIB_LOOKUP_SKIP_NEIGH, BPF_FIB_LOOKUP_SRC,
	BPF_FIB_LOOKUP_DIRECT | BPF_FIB_LOOKUP_TBID, BPF_FIB_LOOKUP_OUTPUT | BPF_FIB_LOOKUP_SKIP_NEIGH, 64,
};

static __always_inline void routes(struct __sk_buff *skb, __u32 from)
{
	for (int target = 0; target < 8; target++)
		for (int flag = 0; flag < 8; flag++)
			ask(skb, from + target * 8 + flag, CLIENT, targets[target], flags[flag], 0);
}

static __always_inline void sizes(struct __sk_buff *skb)
{
	const int differences[] = { 0, 1400, 1472, 1473, 20000, -100 };

	for (int i = 0; i < 6; i++) {
		__u32 length = 0, given = 100;
		long result = bpf_check_mtu(skb, 0, &length, differences[i], 0);

		note(140 + i * 3, result, &length, 4);
		result = bpf_check_mtu(skb, SERVER, &given, differences[i], 0);
		note(141 + i * 3, result, &given, 4);
		given = 0;
		result = bpf_check_mtu(skb, 77, &given, differences[i], i);
		note(142 + i * 3, result, &given, 4);
	}
	ask(skb, 160, CLIENT, targets[0], 0, 1500);
	ask(skb, 161, CLIENT, targets[0], 0, 1501);
	ask(skb, 162, SERVER, targets[0], BPF_FIB_LOOKUP_OUTPUT, 1400);
	ask(skb, 163, WATCHER, targets[0], BPF_FIB_LOOKUP_OUTPUT, 1400);
	ask(skb, 164, 99, targets[0], 0, 0);
}

static __always_inline void socket_at(struct __sk_buff *skb, __u32 index, __u32 to, __u16 port, __u64 namespace, int is_tcp)
{
	struct bpf_sock_tuple tuple = {};
	struct bpf_sock *sk;
	__u32 seen[8] = {};

	tuple.ipv4.saddr = IP(10, 0, 0, 1);
	tuple.ipv4.daddr = to;
	tuple.ipv4.sport = bpf_htons(5000);
	tuple.ipv4.dport = bpf_htons(port);
	if (is_tcp)
		sk = bpf_sk_lookup_tcp(skb, &tuple, sizeof(tuple.ipv4), namespace, 0);
	else
		sk = bpf_sk_lookup_udp(skb, &tuple, sizeof(tuple.ipv4), namespace, 0);
	if (sk) {
		seen[0] = 1;
		seen[1] = sk->type;
		seen[2] = sk->protocol;
		seen[3] = sk->src_port;
		seen[4] = sk->dst_port;
		seen[5] = sk->state;
		seen[6] = bpf_sk_fullsock(sk) != 0;
		seen[7] = bpf_get_listener_sock(sk) != 0;
		bpf_sk_release(sk);
	}
	note(index, 0, seen, sizeof(seen));
}

static __always_inline void sockets(struct __sk_buff *skb)
{
	const __u32 own = IP(10, 0, 0, 254);

	socket_at(skb, 170, own, 999, BPF_F_CURRENT_NETNS, 0);
	socket_at(skb, 171, own, 998, BPF_F_CURRENT_NETNS, 0);
	socket_at(skb, 172, IP(10, 0, 1, 1), 999, BPF_F_CURRENT_NETNS, 0);
	socket_at(skb, 173, own, 80, BPF_F_CURRENT_NETNS, 1);
	socket_at(skb, 174, own, 81, BPF_F_CURRENT_NETNS, 1);
	socket_at(skb, 175, own, 80, 12345, 1);
	socket_at(skb, 176, own, 81, BPF_F_CURRENT_NETNS, 0);
}

static __always_inline int assign(struct __sk_buff *skb)
{
	struct bpf_sock_tuple tuple = {};
	struct bpf_sock *sk;
	long result;

	tuple.ipv4.daddr = IP(10, 0, 0, 254);
	tuple.ipv4.dport = bpf_htons(999);
	sk = bpf_sk_lookup_udp(skb, &tuple, sizeof(tuple.ipv4), BPF_F_CURRENT_NETNS, 0);
	if (!sk)
		return TC_ACT_SHOT;
	result = bpf_sk_assign(skb, sk, 0);
	bpf_sk_release(sk);
	note(180, result, &result, 8);
	return TC_ACT_OK;
}

SEC("tc")
int steer(struct __sk_buff *skb)
{
	struct bpf_redir_neigh watcher = { .nh_family = AF_INET, .ipv4_nh = IP(10, 0, 2, 2) };
	void *data = (void *)(long)skb->data;
	void *end = (void *)(long)skb->data_end;
	struct iphdr *ip = data + sizeof(struct ethhdr);
	struct udphdr *udp = (void *)(ip + 1);

	if (skb->protocol != bpf_htons(ETH_P_IP) || (void *)(udp + 1) > end || ip->protocol != IPPROTO_UDP)
		return TC_ACT_UNSPEC;
	switch (bpf_ntohs(udp->dest)) {
	case 100:
		routes(skb, 0);
		return TC_ACT_OK;
	case 101:
		routes(skb, 64);
		sizes(skb);
		sockets(skb);
		return TC_ACT_OK;
	case 102:
		return bpf_redirect_neigh(SERVER, 0, 0, 0);
	case 103:
		return bpf_redirect_neigh(WATCHER, &watcher, sizeof(watcher), 0);
	case 104:
		return bpf_redirect_peer(WATCHER, 0);
	case 105:
		return assign(skb);
	case 106:
		return bpf_redirect_neigh(SERVER, &watcher, 4, 0);
	}
	return TC_ACT_UNSPEC;
}

char _license[] SEC("license") = "GPL";
