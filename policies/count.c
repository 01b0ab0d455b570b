// Counts the bytes of each IP protocol that a socket sees, and keeps the packets from the socket's reader.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

// Reads a byte of the packet as classic programs do: outside of it, the program ends with 0.
unsigned long long load_byte(void *skb, unsigned long long offset) asm("llvm.bpf.load.byte");

enum { IP_PROTOCOL = 9 };

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, __u32);
	__type(value, __u64);
	__uint(max_entries, 256);
} bytes_of_protocol SEC(".maps");

SEC("socket")
int count(struct __sk_buff *skb)
{
	__u32 key;
	__u64 *bytes;

	if (skb->protocol != bpf_htons(ETH_P_IP))
		return 0;
	key = load_byte(skb, ETH_HLEN + IP_PROTOCOL);
	bytes = bpf_map_lookup_elem(&bytes_of_protocol, &key);
	if (bytes)
		__sync_fetch_and_add(bytes, skb->len);
	return 0;
}

char _license[] SEC("license") = "GPL";
