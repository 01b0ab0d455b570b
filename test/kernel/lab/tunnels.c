// Programs tell VXLAN devices where packets go, and write down what the answers are, what the packets are put into, and what is known of them
// where they come out.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

enum { TOLD = 1, WRAPPED = 2, ARRIVED = 3, HEADERS = 50, HEADERS6 = 70, PORT_AT = 36, NO_TUNNEL_KEY = 16, TUNNEL_FLAGS = 16 };

struct place {
	__u32 what;
	__u32 port;
	__u32 step;
};

struct look {
	__s32 answer;
	__u32 length;
	__u32 protocol;
	__u32 tos;
	__u32 ttl;
	__u32 fragment;
	__u32 port;
	__u32 summed;
	__u32 header;
	__u32 id;
	__u32 source;
	__u32 destination;
	__u32 flags;
	__u32 label;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 512);
	__type(key, struct place);
	__type(value, struct look);
} looks SEC(".maps");

static __noinline void note(__u32 what, __u32 port, __u32 step, struct look *look)
{
	struct place place = { .what = what, .port = port, .step = step };

	if (look)
		bpf_map_update_elem(&looks, &place, look, BPF_NOEXIST);
}

// The port that a datagram in a frame goes to, 1 of ARP; 0 of others.
static __noinline __u32 port_of(struct __sk_buff *skb, __u32 at)
{
	__u16 type = 0, port = 0;
	__u8 next = 0;

	bpf_skb_load_bytes(skb, at + 12, &type, 2);
	if (type == bpf_htons(ETH_P_ARP))
		return 1;
	bpf_skb_load_bytes(skb, at + 23, &next, 1);
	if (type != bpf_htons(ETH_P_IP) || (next != IPPROTO_UDP && next != IPPROTO_TCP))
		return 0;
	bpf_skb_load_bytes(skb, at + PORT_AT, &port, 2);
	return next == IPPROTO_TCP ? 2 : bpf_ntohs(port);
}

static __always_inline void tell(__u32 port, __u32 step, __s64 answer)
{
	struct look look = { .answer = answer };

	note(TOLD, port, step, &look);
}

static __noinline void mark(struct __sk_buff *skb, __u32 at, __u8 tos)
{
	__u8 old = 0;

	bpf_skb_load_bytes(skb, at + 1, &old, 1);
	bpf_skb_store_bytes(skb, at + 1, &tos, 1, 0);
	bpf_l3_csum_replace(skb, at + 10, bpf_htons(old), bpf_htons(tos), 2);
}

static __always_inline int out(struct __sk_buff *skb, __u32 remote)
{
	struct bpf_tunnel_key key = { .tunnel_id = 42, .remote_ipv4 = remote, .tunnel_ttl = 64 };
	__u32 port = port_of(skb, 0), size = sizeof(key), flags = 0, option[2] = { 7, 8 };

	if (port == 0)
		return TC_ACT_SHOT;
	switch (port) {
	case 101:
		flags = BPF_F_ZERO_CSUM_TX;
		break;
	case 102:
		flags = BPF_F_DONT_FRAGMENT;
		key.tunnel_ttl = 9;
		key.tunnel_tos = 0xb8;
		break;
	case 103:
		key.tunnel_ttl = 0;
		key.tunnel_id = 0x01fffffe;
		flags = NO_TUNNEL_KEY | BPF_F_SEQ_NUMBER;
		break;
	case 104:
		key.local_ipv4 = remote ^ 3 ^ 0x100;
		break;
	case 105:
		tell(port, 0, bpf_skb_set_tunnel_opt(skb, option, 4));
		break;
	case 106:
		return TC_ACT_OK;
	case 107:
	case 108:
		flags = BPF_F_TUNINFO_IPV6 | (port == 108 ? BPF_F_ZERO_CSUM_TX : 0);
		__builtin_memset(key.remote_ipv6, 0, 16);
		key.remote_ipv6[0] = bpf_htonl(0xfd000000);
		key.remote_ipv6[3] = bpf_htonl(remote & 0xff);
		key.tunnel_label = 0x12345;
		key.tunnel_tos = 0x48;
		break;
	case 109:
		size = 8;
		break;
	case 110:
		key.remote_ipv4 = 0x0a630001;
		break;
	case 111:
		key.tunnel_tos = 0xff;
		break;
	}
	if (port >= 120 && port < 140)
		mark(skb, ETH_HLEN, port & 3);
	tell(port, 1, size == 8 ? bpf_skb_set_tunnel_key(skb, &key, 8, flags)
				: bpf_skb_set_tunnel_key(skb, &key, sizeof(key), flags));
	if (port == 105) {
		tell(port, 2, bpf_skb_set_tunnel_opt(skb, option, 8));
		tell(port, 3, bpf_skb_get_tunnel_opt(skb, option, 8));
		tell(port, 4, bpf_skb_set_tunnel_opt(skb, option, 3));
	}
	if (port == 112) {
		struct bpf_tunnel_key own = {};

		tell(port, 2, bpf_skb_get_tunnel_key(skb, &own, sizeof(own), TUNNEL_FLAGS));
		tell(port, 3, own.tunnel_flags);
		tell(port, 4, own.remote_ipv4);
		tell(port, 5, own.local_ipv4);
	}
	return TC_ACT_OK;
}

SEC("tc/client_out")
int client_out(struct __sk_buff *skb)
{
	return out(skb, 0x0a000002);
}

SEC("tc/server_out")
int server_out(struct __sk_buff *skb)
{
	return out(skb, 0x0a000001);
}

// What leaves the client in tunnels.
SEC("tc/wrapped")
int wrapped(struct __sk_buff *skb)
{
	struct look look = { .length = skb->len, .protocol = skb->protocol };
	__u32 at = skb->protocol == bpf_htons(ETH_P_IP) ? 34 : 54, port, header[2] = {};
	__u16 fragment = 0, check = 0, to = 0, tos = 0, from = 0;
	__u8 next = 0, ttl = 0;

	bpf_skb_load_bytes(skb, at == 34 ? 23 : 20, &next, 1);
	bpf_skb_load_bytes(skb, at + 2, &to, 2);
	if (next != IPPROTO_UDP || to != bpf_htons(4789))
		return TC_ACT_OK;
	bpf_skb_load_bytes(skb, at == 34 ? 22 : 21, &ttl, 1);
	bpf_skb_load_bytes(skb, at, &from, 2);
	bpf_skb_load_bytes(skb, 14, &tos, 2);
	bpf_skb_load_bytes(skb, at + 6, &check, 2);
	bpf_skb_load_bytes(skb, at + 8, header, 8);
	if (at == 34) {
		bpf_skb_load_bytes(skb, 20, &fragment, 2);
		bpf_skb_load_bytes(skb, 26, &look.source, 4);
		bpf_skb_load_bytes(skb, 30, &look.destination, 4);
	} else {
		bpf_skb_load_bytes(skb, 14, &look.label, 4);
		bpf_skb_load_bytes(skb, 34, &look.source, 4);
		bpf_skb_load_bytes(skb, 50, &look.destination, 4);
	}
	port = port_of(skb, at + 16);
	look.flags = skb->gso_size | skb->gso_segs << 16;
	look.answer = skb->wire_len;
	look.tos = bpf_ntohs(tos);
	look.ttl = ttl;
	look.fragment = bpf_ntohs(fragment);
	look.port = bpf_ntohs(from) >= 32768 && bpf_ntohs(from) <= 60999;
	look.summed = check != 0;
	look.header = bpf_ntohl(header[0]);
	look.id = bpf_ntohl(header[1]);
	// Of what TCP sends, each length.
	note(WRAPPED, port, port == 2 ? skb->len : 0, &look);
	return TC_ACT_OK;
}

// Says of some what comes in at the server that there was congestion on their way.
SEC("tc/congested")
int congested(struct __sk_buff *skb)
{
	__u16 to = 0;
	__u32 port;

	bpf_skb_load_bytes(skb, PORT_AT, &to, 2);
	if (skb->protocol != bpf_htons(ETH_P_IP) || to != bpf_htons(4789))
		return TC_ACT_OK;
	port = port_of(skb, HEADERS);
	if (port >= 130 && port < 140)
		mark(skb, ETH_HLEN, 3);
	if (port >= 124 && port < 130)
		mark(skb, ETH_HLEN, 1);
	return TC_ACT_OK;
}

// What is known of what comes out of a tunnel.
SEC("tc/arrived")
int arrived(struct __sk_buff *skb)
{
	__u32 port = port_of(skb, 0), family = port == 107 ? BPF_F_TUNINFO_IPV6 : 0, option[2] = {};
	struct look look = { .length = skb->len, .protocol = skb->protocol, .port = skb->pkt_type };
	struct bpf_tunnel_key key = {};
	__u8 tos = 0;

	if (port == 0)
		return TC_ACT_SHOT;
	look.answer = bpf_skb_get_tunnel_key(skb, &key, sizeof(key), family | TUNNEL_FLAGS);
	look.id = key.tunnel_id;
	look.tos = key.tunnel_tos;
	look.ttl = key.tunnel_ttl;
	look.flags = key.tunnel_flags;
	look.label = key.tunnel_label;
	look.source = family ? key.remote_ipv6[3] : key.remote_ipv4;
	look.destination = family ? key.local_ipv6[3] : key.local_ipv4;
	bpf_skb_load_bytes(skb, ETH_HLEN + 1, &tos, 1);
	look.header = tos;
	look.fragment = skb->gso_size | skb->gso_segs << 16;
	look.summed = skb->wire_len;
	note(ARRIVED, port, port == 2 ? skb->len : 0, &look);
	__builtin_memset(&look, 0, sizeof(look));
	look.answer = bpf_skb_get_tunnel_key(skb, &key, sizeof(key), family ^ BPF_F_TUNINFO_IPV6);
	look.id = bpf_skb_get_tunnel_opt(skb, option, 8);
	look.tos = bpf_skb_set_tunnel_opt(skb, option, 8);
	look.ttl = bpf_skb_get_tunnel_key(skb, &key, 8, 0);
	look.flags = skb->ingress_ifindex;
	note(ARRIVED, port, 1, &look);
	return TC_ACT_OK;
}

char _license[] SEC("license") = "GPL";
