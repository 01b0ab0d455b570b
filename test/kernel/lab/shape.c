// Writes down of each kind of packet what shape it has at that place: how much of it can be reached in place, how many it stands for, what
// traffic control counts of it, who is to complete its checksum, and of what clock its time is.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

enum { QUERY = 0, EGRESS = 0x80000000, DECAP_L3_IPV4 = 1 << 7 };

struct kind {
	__u32 place;
	__u32 length;
	__u32 protocol;
	__u32 flags;
};

struct shape {
	__u32 linear;
	__u32 segments;
	__u32 size;
	__u32 on_wire;
	__s32 level;
	__u32 clock;
	__u32 timed;
	__u32 left;
	__u32 pulled;
	__u32 napi;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 256);
	__type(key, struct kind);
	__type(value, struct shape);
} shapes SEC(".maps");

static __always_inline __u16 fold(__u32 sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	return (sum & 0xffff) + (sum >> 16);
}

static __always_inline int look(struct __sk_buff *skb, __u32 place)
{
	struct kind kind = { .place = place, .length = skb->len };
	struct shape shape = {};
	__u32 header = sizeof(struct ethhdr), pseudo[9] = {};
	__u16 check = 0;
	__u8 next = 0;

	if (skb->protocol == bpf_htons(ETH_P_IP)) {
		bpf_skb_load_bytes(skb, header + 9, &next, 1);
		bpf_skb_load_bytes(skb, header + 12, pseudo, 8);
		header += sizeof(struct iphdr);
	} else if (skb->protocol == bpf_htons(ETH_P_IPV6)) {
		bpf_skb_load_bytes(skb, header + 6, &next, 1);
		bpf_skb_load_bytes(skb, header + 8, pseudo, 32);
		header += sizeof(struct ipv6hdr);
	}
	kind.protocol = next;
	shape.linear = skb->data_end - skb->data;
	if (next == IPPROTO_TCP) {
		__u8 flags = 0;

		bpf_skb_load_bytes(skb, header + 13, &flags, 1);
		bpf_skb_load_bytes(skb, header + 16, &check, 2);
		kind.flags = flags;
	} else if (next == IPPROTO_UDP)
		bpf_skb_load_bytes(skb, header + 6, &check, 2);
	else
		return TC_ACT_UNSPEC;
	// Whether the field holds the sum of the pseudo header alone: the device is to complete it.
	if (kind.protocol == IPPROTO_TCP) {
		__u16 ports[2] = {};

		// How what is lost comes again hangs on the application's pace.
		bpf_skb_load_bytes(skb, header, ports, 4);
		if (ports[0] == bpf_htons(82) || ports[1] == bpf_htons(82))
			return TC_ACT_UNSPEC;
	}
	pseudo[8] = bpf_htonl(kind.length - header + next);
	shape.left = check == fold(bpf_csum_diff(0, 0, pseudo, sizeof(pseudo), 0));
	shape.segments = skb->gso_segs;
	shape.size = skb->gso_size;
	shape.on_wire = skb->wire_len;
	shape.level = bpf_csum_level(skb, QUERY);
	shape.clock = skb->tstamp_type;
	shape.timed = skb->tstamp != 0;
	shape.napi = skb->napi_id;
	// All of it, where it stays as it is.
	if (bpf_skb_pull_data(skb, kind.length < 200 ? 0 : header + 40) == 0)
		shape.pulled = skb->data_end - skb->data;
	bpf_map_update_elem(&shapes, &kind, &shape, BPF_NOEXIST);
	return TC_ACT_UNSPEC;
}

static __always_inline void note(struct __sk_buff *skb, __u32 step, __s64 answer)
{
	struct kind kind = { .place = 6, .length = step };
	struct shape shape = { .linear = skb->data_end - skb->data, .segments = skb->gso_segs, .size = skb->gso_size };
	__u16 check = 0;

	bpf_skb_load_bytes(skb, 50, &check, 2);
	shape.level = answer;
	// What is complete depends on numbers that are drawn.
	shape.left = check;
	shape.on_wire = skb->len;
	bpf_map_update_elem(&shapes, &kind, &shape, BPF_NOEXIST);
}

// Does to a packet whose checksum the device is to complete what changes checksums, what does not, and what makes more of it linear.
SEC("tc/change")
int change(struct __sk_buff *skb)
{
	__u16 check = 0, port = 0;
	__u64 word = 0x0102030405060708;
	__u32 step = 0;

	bpf_skb_load_bytes(skb, 36, &port, 2);
	if (skb->protocol != bpf_htons(ETH_P_IP) || port != bpf_htons(82) || skb->len < 100)
		return TC_ACT_UNSPEC;
	bpf_skb_load_bytes(skb, 50, &check, 2);
	note(skb, step++, 0);
	note(skb, step++, bpf_l4_csum_replace(skb, 50, bpf_htons(82), bpf_htons(83), 2));
	note(skb, step++, bpf_l4_csum_replace(skb, 50, 0x01020304, 0x0a0b0c0d, 4));
	note(skb, step++, bpf_l4_csum_replace(skb, 50, bpf_htons(82), bpf_htons(83), BPF_F_PSEUDO_HDR | 2));
	note(skb, step++, bpf_l4_csum_replace(skb, 50, 0x01020304, 0xfaf3f2f1, BPF_F_PSEUDO_HDR | 4));
	note(skb, step++, bpf_l4_csum_replace(skb, 50, 0, 0x1234, BPF_F_PSEUDO_HDR));
	note(skb, step++, bpf_l4_csum_replace(skb, 50, 0, 0xfedcba98, BPF_F_PSEUDO_HDR | BPF_F_MARK_MANGLED_0));
	note(skb, step++, bpf_l4_csum_replace(skb, 50, 1, 0x1234, BPF_F_PSEUDO_HDR));
	note(skb, step++, bpf_l4_csum_replace(skb, 50, 1, 0x1234, 0));
	note(skb, step++, bpf_l4_csum_replace(skb, 50, 0, 0x1234, 3));
	bpf_skb_store_bytes(skb, 50, &check, 2, 0);
	note(skb, step++, bpf_l4_csum_replace(skb, 50, check, 0, BPF_F_PSEUDO_HDR | BPF_F_MARK_MANGLED_0 | 2));
	bpf_skb_store_bytes(skb, 50, &check, 2, 0);
	note(skb, step++, bpf_csum_level(skb, BPF_CSUM_LEVEL_INC));
	note(skb, step++, bpf_csum_level(skb, BPF_CSUM_LEVEL_QUERY));
	note(skb, step++, bpf_csum_level(skb, BPF_CSUM_LEVEL_DEC));
	note(skb, step++, bpf_csum_level(skb, BPF_CSUM_LEVEL_RESET));
	note(skb, step++, bpf_csum_level(skb, 7));
	note(skb, step++, bpf_csum_update(skb, 5));
	note(skb, step++, bpf_skb_load_bytes(skb, 90, &word, 8));
	note(skb, step++, bpf_skb_load_bytes_relative(skb, 90, &word, 8, BPF_HDR_START_MAC));
	note(skb, step++, bpf_skb_store_bytes(skb, 90, &word, 8, BPF_F_RECOMPUTE_CSUM));
	note(skb, step++, bpf_skb_load_bytes_relative(skb, 90, &word, 8, BPF_HDR_START_MAC));
	note(skb, step++, bpf_skb_pull_data(skb, 120));
	note(skb, step++, bpf_skb_pull_data(skb, 100));
	note(skb, step++, bpf_skb_pull_data(skb, 5000));
	note(skb, step++, bpf_skb_vlan_push(skb, bpf_htons(ETH_P_8021Q), 5));
	note(skb, step++, bpf_skb_vlan_pop(skb));
	note(skb, step++, bpf_skb_ecn_set_ce(skb));
	note(skb, step++, bpf_skb_adjust_room(skb, 4, BPF_ADJ_ROOM_NET, 0));
	note(skb, step++, bpf_skb_adjust_room(skb, -4, BPF_ADJ_ROOM_NET, 0));
	note(skb, step++, bpf_skb_adjust_room(skb, 20, BPF_ADJ_ROOM_MAC, BPF_F_ADJ_ROOM_ENCAP_L3_IPV4));
	note(skb, step++, bpf_skb_adjust_room(skb, 20, BPF_ADJ_ROOM_MAC, BPF_F_ADJ_ROOM_ENCAP_L3_IPV4));
	note(skb, step++, bpf_skb_adjust_room(skb, -20, BPF_ADJ_ROOM_MAC, DECAP_L3_IPV4));
	note(skb, step++, bpf_skb_change_head(skb, 14, 0));
	note(skb, step++, bpf_skb_change_tail(skb, skb->len + 100, 0));
	note(skb, step++, bpf_skb_change_tail(skb, 200, 0));
	note(skb, step++, bpf_skb_change_proto(skb, bpf_htons(ETH_P_IPV6), 0));
	note(skb, step++, bpf_skb_change_proto(skb, bpf_htons(ETH_P_IP), 0));
	return TC_ACT_SHOT;
}

// Reads the time without asking what clock it is of.
SEC("tc/arrival")
int arrival(struct __sk_buff *skb)
{
	struct kind kind = { .place = 5, .protocol = skb->protocol };
	struct shape shape = { .timed = skb->tstamp != 0 };

	bpf_map_update_elem(&shapes, &kind, &shape, BPF_NOEXIST);
	return TC_ACT_UNSPEC;
}

SEC("tc/client_out")
int client_out(struct __sk_buff *skb)
{
	return look(skb, 1 | EGRESS);
}

SEC("tc/client_in")
int client_in(struct __sk_buff *skb)
{
	return look(skb, 2);
}

SEC("tc/server_out")
int server_out(struct __sk_buff *skb)
{
	return look(skb, 3 | EGRESS);
}

SEC("tc/server_in")
int server_in(struct __sk_buff *skb)
{
	return look(skb, 4);
}

char _license[] SEC("license") = "GPL";
