// Copies of a packet of many TCP segments go by two other devices, of which each does something else to the headers of each. What the helpers
// answered and left of it is written down, and what comes in at the other end.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/pkt_cls.h>
#include <linux/udp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

enum { FIRST = 3, SECOND = 4, ARRIVED = 0x100, CASES = 34, HEADERS = 96, PORT = 80 };
enum {
	FIXED = BPF_F_ADJ_ROOM_FIXED_GSO,
	IN_IPV4 = BPF_F_ADJ_ROOM_ENCAP_L3_IPV4,
	IN_IPV6 = BPF_F_ADJ_ROOM_ENCAP_L3_IPV6,
	IN_UDP = BPF_F_ADJ_ROOM_ENCAP_L4_UDP,
	IN_GRE = BPF_F_ADJ_ROOM_ENCAP_L4_GRE,
	OUT_OF_IPV4 = 1 << 7,
};

struct place {
	__u32 device;
	__u32 what;
	__u32 step;
};

struct look {
	__s32 answer;
	__u32 length;
	__u32 size;
	__u32 segments;
	__u32 on_wire;
	__u32 linear;
	__u32 protocol;
	__u32 tag;
	__u32 outer;
	__u32 inner;
	__u32 numbers;
	__u32 flags;
	__u32 is_right;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 2048);
	__type(key, struct place);
	__type(value, struct look);
} looks SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} done SEC(".maps");

struct count {
	__u32 device;
	__u32 what;
};

struct first {
	__u32 arrived;
	__u32 sequence;
	__u32 outer_id;
	__u32 inner_id;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 128);
	__type(key, struct count);
	__type(value, struct first);
} firsts SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u8[2048]);
} bytes SEC(".maps");

static __always_inline __u16 fold(__u32 sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	return (sum & 0xffff) + (sum >> 16);
}

static __noinline void note(struct __sk_buff *skb, __u32 what, __u32 step, __s64 answer)
{
	struct place place = { .device = skb->ifindex, .what = what, .step = step };
	struct look look = {
		.answer = answer,
		.length = skb->len,
		.size = skb->gso_size,
		.segments = skb->gso_segs,
		.on_wire = skb->wire_len,
		.linear = skb->data_end - skb->data,
		.protocol = skb->protocol,
		.tag = skb->vlan_present ? skb->vlan_tci : 0xffff,
	};

	bpf_map_update_elem(&looks, &place, &look, BPF_NOEXIST);
}

// Copies the first packet of many segments that goes to the port.
SEC("tc/copy")
int copy(struct __sk_buff *skb)
{
	__u32 zero = 0, *is_done = bpf_map_lookup_elem(&done, &zero);
	__u16 port = 0;

	if (skb->gso_size == 0 || is_done == 0 || *is_done)
		return TC_ACT_OK;
	bpf_skb_load_bytes(skb, 36, &port, 2);
	if (port != bpf_htons(PORT))
		return TC_ACT_OK;
	*is_done = 1;
	for (__u32 i = 1; i <= CASES; i++) {
		skb->mark = i;
		note(skb, 0, 2 * i, bpf_clone_redirect(skb, FIRST, 0));
		skb->mark = i;
		note(skb, 0, 2 * i + 1, bpf_clone_redirect(skb, SECOND, 0));
	}
	skb->mark = 0;
	return TC_ACT_OK;
}

static __noinline void ipv4(struct __sk_buff *skb, __u8 protocol)
{
	struct iphdr header = { .version = 4, .ihl = 5, .ttl = 64, .protocol = protocol, .id = bpf_htons(7) };

	header.tot_len = bpf_htons(skb->len - ETH_HLEN);
	header.saddr = bpf_htonl(0x0a090901);
	header.daddr = bpf_htonl(0x0a090902);
	header.check = ~fold(bpf_csum_diff(0, 0, (__be32 *)&header, sizeof(header), 0));
	bpf_skb_store_bytes(skb, ETH_HLEN, &header, sizeof(header), 0);
}

static __noinline void ipv6(struct __sk_buff *skb, __u8 next)
{
	struct ipv6hdr header = { .version = 6, .nexthdr = next, .hop_limit = 64 };

	header.payload_len = bpf_htons(skb->len - ETH_HLEN - sizeof(header));
	header.saddr.s6_addr[0] = 0xfd;
	header.daddr.s6_addr[0] = 0xfd;
	header.daddr.s6_addr[15] = 2;
	bpf_skb_store_bytes(skb, ETH_HLEN, &header, sizeof(header), 0);
}

static __noinline void udp(struct __sk_buff *skb, __u32 at)
{
	struct udphdr header = { .source = bpf_htons(1000), .dest = bpf_htons(6635), .len = bpf_htons(skb->len - at) };

	bpf_skb_store_bytes(skb, at, &header, sizeof(header), 0);
}

static __noinline void gre(struct __sk_buff *skb, __u32 at, __u16 protocol)
{
	__u16 header[2] = { 0, bpf_htons(protocol) };

	bpf_skb_store_bytes(skb, at, header, sizeof(header), 0);
}

static __noinline void check(struct __sk_buff *skb, __u32 what, __u32 step, __u32 flags)
{
	__u32 mtu = 0;
	__s64 answer = bpf_check_mtu(skb, 0, &mtu, 0, flags);

	note(skb, what, step, answer);
	note(skb, what, step + 1, mtu);
}

#define ROOM(size, mode, flags) note(skb, what, step++, bpf_skb_adjust_room(skb, size, mode, flags))

// Does to a copy what its mark says, and lets it go. Where the TCP header is then and which copy it is are in its source address.
SEC("tc/change")
int change(struct __sk_buff *skb)
{
	__u32 what = skb->mark, step = 1;
	__u8 tcp = 34, zeroes[14] = {};

	if (what == 0)
		return TC_ACT_OK;
	note(skb, what, 0, 0);
	switch (what) {
	case 1:
		break;
	case 2:
	case 3:
		ROOM(20, BPF_ADJ_ROOM_MAC, IN_IPV4 | (what == 3 ? FIXED : 0));
		ipv4(skb, IPPROTO_IPIP);
		tcp += 20;
		break;
	case 4:
		ROOM(40, BPF_ADJ_ROOM_MAC, IN_IPV6);
		ipv6(skb, IPPROTO_IPIP);
		tcp += 40;
		break;
	case 5:
		ROOM(28, BPF_ADJ_ROOM_MAC, IN_IPV4 | IN_UDP);
		ipv4(skb, IPPROTO_UDP);
		udp(skb, 34);
		tcp += 28;
		break;
	case 6:
		ROOM(24, BPF_ADJ_ROOM_MAC, IN_IPV4 | IN_GRE);
		ipv4(skb, IPPROTO_GRE);
		gre(skb, 34, ETH_P_IP);
		tcp += 24;
		break;
	case 7:
		ROOM(48, BPF_ADJ_ROOM_MAC, IN_IPV6 | IN_UDP | FIXED);
		ipv6(skb, IPPROTO_UDP);
		udp(skb, 54);
		tcp += 48;
		break;
	case 8:
		ROOM(44, BPF_ADJ_ROOM_MAC, IN_IPV6 | IN_GRE);
		ipv6(skb, IPPROTO_GRE);
		gre(skb, 54, ETH_P_IP);
		tcp += 44;
		break;
	case 9:
		// As VXLAN has it.
		ROOM(50, BPF_ADJ_ROOM_MAC, IN_IPV4 | IN_UDP | BPF_F_ADJ_ROOM_ENCAP_L2(14) | BPF_F_ADJ_ROOM_ENCAP_L2_ETH);
		ipv4(skb, IPPROTO_UDP);
		udp(skb, 34);
		zeroes[12] = 8;
		bpf_skb_store_bytes(skb, 50, zeroes, 14, 0);
		tcp += 50;
		break;
	case 10:
		// Headers that do not say what it is in.
		ROOM(20, BPF_ADJ_ROOM_MAC, IN_IPV4);
		ipv4(skb, IPPROTO_GRE);
		break;
	case 11:
		ROOM(28, BPF_ADJ_ROOM_MAC, IN_IPV4);
		ipv4(skb, IPPROTO_UDP);
		udp(skb, 34);
		break;
	case 12:
		ROOM(20, BPF_ADJ_ROOM_MAC, IN_IPV6 | IN_UDP);
		break;
	case 13:
		ROOM(4, BPF_ADJ_ROOM_NET, 0);
		break;
	case 14:
		ROOM(4, BPF_ADJ_ROOM_NET, 0);
		ROOM(-4, BPF_ADJ_ROOM_NET, 0);
		break;
	case 15:
		ROOM(4, BPF_ADJ_ROOM_NET, FIXED);
		ROOM(-4, BPF_ADJ_ROOM_NET, FIXED);
		break;
	case 16:
		ROOM(20, BPF_ADJ_ROOM_MAC, IN_IPV4);
		ROOM(20, BPF_ADJ_ROOM_MAC, IN_IPV4);
		ROOM(-20, BPF_ADJ_ROOM_MAC, OUT_OF_IPV4);
		break;
	case 17:
		ROOM(2000, BPF_ADJ_ROOM_MAC, 0);
		ROOM(-2000, BPF_ADJ_ROOM_MAC, 0);
		break;
	case 18:
		note(skb, what, step++, bpf_skb_change_proto(skb, bpf_htons(ETH_P_IPV6), 0));
		break;
	case 19:
		note(skb, what, step++, bpf_skb_change_proto(skb, bpf_htons(ETH_P_IPV6), 0));
		ipv6(skb, IPPROTO_TCP);
		tcp += 20;
		break;
	case 20:
		note(skb, what, step++, bpf_skb_change_proto(skb, bpf_htons(ETH_P_IPV6), 0));
		note(skb, what, step++, bpf_skb_change_proto(skb, bpf_htons(ETH_P_IP), 0));
		break;
	case 21:
		note(skb, what, step++, bpf_skb_change_tail(skb, skb->len - 100, 0));
		break;
	case 22:
		note(skb, what, step++, bpf_skb_change_tail(skb, 1000, 0));
		break;
	case 23:
		note(skb, what, step++, bpf_skb_change_tail(skb, 33, 0));
		note(skb, what, step++, bpf_skb_change_tail(skb, 52, 0));
		note(skb, what, step++, bpf_csum_level(skb, BPF_CSUM_LEVEL_INC));
		note(skb, what, step++, bpf_skb_change_tail(skb, 51, 0));
		note(skb, what, step++, bpf_csum_level(skb, BPF_CSUM_LEVEL_INC));
		note(skb, what, step++, bpf_skb_change_tail(skb, 34, 0));
		note(skb, what, step++, bpf_csum_level(skb, BPF_CSUM_LEVEL_QUERY));
		break;
	case 24:
		note(skb, what, step++, bpf_skb_change_tail(skb, skb->len, 0));
		break;
	case 25:
		note(skb, what, step++, bpf_skb_change_head(skb, 14, 0));
		tcp += 14;
		break;
	case 26:
		note(skb, what, step++, bpf_skb_change_head(skb, 20000, 0));
		return TC_ACT_SHOT;
	case 27:
		note(skb, what, step++, bpf_skb_vlan_push(skb, bpf_htons(ETH_P_8021Q), 5));
		break;
	case 28:
		note(skb, what, step++, bpf_skb_vlan_push(skb, bpf_htons(ETH_P_8021Q), 5));
		note(skb, what, step++, bpf_skb_vlan_push(skb, bpf_htons(ETH_P_8021AD), 6));
		tcp += 4;
		break;
	case 29:
		note(skb, what, step++, bpf_skb_vlan_push(skb, bpf_htons(ETH_P_8021Q), 5));
		note(skb, what, step++, bpf_skb_vlan_push(skb, bpf_htons(ETH_P_8021AD), 6));
		note(skb, what, step++, bpf_skb_vlan_pop(skb));
		note(skb, what, step++, bpf_skb_vlan_pop(skb));
		break;
	case 30:
		check(skb, what, 1, 0);
		check(skb, what, 3, BPF_MTU_CHK_SEGS);
		ROOM(20, BPF_ADJ_ROOM_MAC, IN_IPV4 | FIXED);
		check(skb, what, 6, 0);
		check(skb, what, 8, BPF_MTU_CHK_SEGS);
		return TC_ACT_SHOT;
	case 31:
		ROOM(50, BPF_ADJ_ROOM_MAC, IN_IPV4 | IN_UDP);
		check(skb, what, 2, BPF_MTU_CHK_SEGS);
		bpf_skb_change_tail(skb, 2000, 0);
		check(skb, what, 4, 0);
		check(skb, what, 6, BPF_MTU_CHK_SEGS);
		return TC_ACT_SHOT;
	case 32:
		ROOM(4, BPF_ADJ_ROOM_NET, FIXED);
		check(skb, what, 2, BPF_MTU_CHK_SEGS);
		ROOM(1000, BPF_ADJ_ROOM_NET, 0);
		check(skb, what, 5, BPF_MTU_CHK_SEGS);
		return TC_ACT_SHOT;
	case 33:
		note(skb, what, step++, bpf_skb_pull_data(skb, 200));
		note(skb, what, step++, bpf_skb_ecn_set_ce(skb));
		break;
	case 34:
		// A tunnel with a packet of IPv6 in it, which it is not.
		ROOM(20, BPF_ADJ_ROOM_MAC, IN_IPV4);
		ipv4(skb, IPPROTO_IPV6);
		break;
	}
	bpf_skb_store_bytes(skb, 10, &tcp, 1, 0);
	zeroes[0] = what;
	bpf_skb_store_bytes(skb, 11, zeroes, 1, 0);
	return TC_ACT_OK;
}

SEC("tc/arrive")
int arrive(struct __sk_buff *skb)
{
	__u32 zero = 0, length = skb->len, sequence = 0, pseudo[4] = {};
	struct count count = { .device = skb->ifindex };
	struct first fresh = {}, *first;
	struct place place = { .device = ARRIVED | skb->ifindex };
	struct look look = {
		.length = length,
		.size = skb->gso_size,
		.segments = skb->gso_segs,
		.on_wire = skb->wire_len,
		.protocol = skb->protocol,
		.tag = skb->vlan_present ? skb->vlan_tci : 0xffff,
	};
	__u8 *data = bpf_map_lookup_elem(&bytes, &zero), tag[2] = {}, next = 0;
	__u16 outer[3] = {}, inner[3] = {};
	__u32 tcp, ip;

	bpf_skb_load_bytes(skb, 10, tag, 2);
	if (data == 0 || tag[0] < 34 || tag[1] > CASES || tag[1] == 0)
		return TC_ACT_SHOT;
	count.what = place.what = tag[1];
	tcp = tag[0];
	ip = tcp - 20;
	bpf_skb_load_bytes(skb, ETH_HLEN + 2, outer, 6);
	bpf_skb_load_bytes(skb, ip + 2, inner, 6);
	bpf_skb_load_bytes(skb, tcp + 4, &sequence, 4);
	bpf_skb_load_bytes(skb, tcp + 13, &next, 1);
	look.outer = bpf_ntohs(outer[0]);
	look.inner = bpf_ntohs(inner[0]);
	look.flags = next;
	first = bpf_map_lookup_elem(&firsts, &count);
	if (first == 0) {
		fresh.sequence = bpf_ntohl(sequence);
		fresh.outer_id = bpf_ntohs(outer[1]);
		fresh.inner_id = bpf_ntohs(inner[1]);
		bpf_map_update_elem(&firsts, &count, &fresh, BPF_ANY);
		first = bpf_map_lookup_elem(&firsts, &count);
		if (first == 0)
			return TC_ACT_SHOT;
	}
	place.step = first->arrived++;
	look.answer = bpf_ntohl(sequence) - first->sequence;
	// Of what is no tunnel, and of IPv6, these are other bytes, which are the same in all of them.
	look.numbers = (bpf_ntohs(outer[1]) - first->outer_id) & 0xffff;
	look.numbers |= ((bpf_ntohs(inner[1]) - first->inner_id) & 0xffff) << 16;
	// The checksum of what has come in one piece.
	if (skb->gso_size == 0 && length > tcp + 20 && length - tcp <= 1024) {
		__u32 size = length - tcp;

		asm volatile("%[size] += -1\n%[size] &= 0x3ff\n%[size] += 1" : [size] "+r"(size));
		if (bpf_skb_load_bytes(skb, tcp, data, size) == 0) {
			__u32 even = (size + 3) & 0x7fc;

			for (__u32 i = 0; i < 3; i++)
				if (size + i < 2048)
					data[(size + i) & 2047] = 0;
			asm volatile("" : "+r"(even));
			even &= 0x7fc;
			bpf_skb_load_bytes(skb, ip + 12, pseudo, 8);
			pseudo[2] = bpf_htonl(IPPROTO_TCP);
			pseudo[3] = bpf_htonl(size);
			if (even > 0)
				look.is_right = 1 + (fold(bpf_csum_diff(0, 0, (__be32 *)data, even,
						bpf_csum_diff(0, 0, pseudo, sizeof(pseudo), 0))) == 0xffff);
		}
	}
	bpf_map_update_elem(&looks, &place, &look, BPF_ANY);
	return TC_ACT_SHOT;
}

char _license[] SEC("license") = "GPL";
