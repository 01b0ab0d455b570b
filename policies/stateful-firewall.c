// A host's firewall that remembers connections: what goes out is noted, and what comes in is let through if it belongs to
// something noted, or begins a connection to a port in `open_ports`. Direct action at both sides of clsact.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct flow {
	__be32 local, remote;
	__be16 local_port, remote_port;
	__u32 protocol;
};

enum state { NEW = 1, ESTABLISHED, CLOSING };

struct connection {
	__u32 state;
	__u32 packets;
};

// The oldest connection makes room for the newest.
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__type(key, struct flow);
	__type(value, struct connection);
	__uint(max_entries, 4096);
} connections SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__type(key, __be16);
	__type(value, __u32);
	__uint(max_entries, 64);
} open_ports SEC(".maps");

enum side { OUT, IN };

struct packet {
	struct flow flow;
	int opens, closes;
};

enum kind { OTHER, NOT_IPV4, PORTS };

// Reads addresses and ports as seen from this host.
static __always_inline enum kind parse(struct __sk_buff *skb, enum side side, struct packet *packet)
{
	void *data = (void *)(long)skb->data;
	void *end = (void *)(long)skb->data_end;
	struct iphdr *ip = data + sizeof(struct ethhdr);
	struct udphdr *ports = (void *)(ip + 1);
	struct tcphdr *tcp = (void *)(ip + 1);
	struct flow *flow = &packet->flow;

	if (skb->protocol != bpf_htons(ETH_P_IP))
		return NOT_IPV4;
	// Options and later fragments are not for a firewall of a page.
	if ((void *)(ports + 1) > end || ip->ihl != 5 || ip->frag_off & bpf_htons(0x1fff))
		return OTHER;
	if (ip->protocol == IPPROTO_TCP) {
		if ((void *)(tcp + 1) > end)
			return OTHER;
		packet->opens = tcp->syn && !tcp->ack;
		packet->closes = tcp->fin || tcp->rst;
	} else if (ip->protocol == IPPROTO_UDP) {
		packet->opens = 1;
	} else {
		return OTHER;
	}
	flow->protocol = ip->protocol;
	flow->local = side == OUT ? ip->saddr : ip->daddr;
	flow->remote = side == OUT ? ip->daddr : ip->saddr;
	flow->local_port = side == OUT ? ports->source : ports->dest;
	flow->remote_port = side == OUT ? ports->dest : ports->source;
	return PORTS;
}

static __always_inline void count(struct connection *known, struct packet *packet, __u32 state)
{
	known->packets++;
	if (packet->closes)
		known->state = CLOSING;
	else if (known->state < state)
		known->state = state;
}

SEC("tc/egress")
int note(struct __sk_buff *skb)
{
	struct packet packet = {};
	struct connection *known, fresh = { .state = NEW, .packets = 1 };

	if (parse(skb, OUT, &packet) != PORTS)
		return TC_ACT_OK;
	known = bpf_map_lookup_elem(&connections, &packet.flow);
	if (known)
		count(known, &packet, NEW);
	else if (packet.opens)
		bpf_map_update_elem(&connections, &packet.flow, &fresh, BPF_ANY);
	return TC_ACT_OK;
}

SEC("tc/ingress")
int guard(struct __sk_buff *skb)
{
	struct packet packet = {};
	struct connection *known, fresh = { .state = NEW, .packets = 1 };
	enum kind kind = parse(skb, IN, &packet);

	if (kind != PORTS)
		return kind == NOT_IPV4 ? TC_ACT_OK : TC_ACT_SHOT;
	known = bpf_map_lookup_elem(&connections, &packet.flow);
	if (known) {
		count(known, &packet, ESTABLISHED);
		return TC_ACT_OK;
	}
	if (!packet.opens || !bpf_map_lookup_elem(&open_ports, &packet.flow.local_port))
		return TC_ACT_SHOT;
	bpf_map_update_elem(&connections, &packet.flow, &fresh, BPF_ANY);
	return TC_ACT_OK;
}

char _license[] SEC("license") = "GPL";
