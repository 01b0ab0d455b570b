// Puts ssh into class 1:10, web traffic into 1:20 and everything else into 1:30, as direct action at tc.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>
#include <linux/tcp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

// Loaders may set another one before they load the program.
const volatile __u32 major = 1;

__u64 packets[3];

enum { SSH, WEB, OTHER };

static __attribute__((noinline)) int kind_of(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data;
	void *end = (void *)(long)skb->data_end;
	struct iphdr *ip = data + sizeof(struct ethhdr);
	struct tcphdr *tcp = (void *)(ip + 1);

	if (skb->protocol != bpf_htons(ETH_P_IP) || (void *)(tcp + 1) > end)
		return OTHER;
	if (ip->ihl != 5 || ip->protocol != IPPROTO_TCP)
		return OTHER;
	switch (bpf_ntohs(tcp->dest)) {
	case 22:
		return SSH;
	case 80:
	case 443:
		return WEB;
	default:
		return OTHER;
	}
}

SEC("tc")
int classify(struct __sk_buff *skb)
{
	int kind = kind_of(skb);

	if (kind < SSH || kind > OTHER)
		return TC_ACT_SHOT;
	packets[kind]++;
	skb->tc_classid = major << 16 | (kind + 1) << 4;
	return TC_ACT_OK;
}

char _license[] SEC("license") = "GPL";
