// Counts dropped packets by the kernel's reason, on the event skb:kfree_skb.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

// events/skb/kfree_skb/format
struct kfree_skb {
	unsigned long long common;
	void *skbaddr;
	void *location;
	void *rx_sk;
	unsigned short protocol;
	unsigned int reason;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__type(key, __u32);
	__type(value, __u64);
	__uint(max_entries, 256);
} drops SEC(".maps");

SEC("tracepoint/skb/kfree_skb")
int count_drop(struct kfree_skb *event)
{
	__u32 reason = event->reason;
	__u64 one = 1, *count;

	count = bpf_map_lookup_elem(&drops, &reason);
	if (count)
		__sync_fetch_and_add(count, 1);
	else
		bpf_map_update_elem(&drops, &reason, &one, BPF_NOEXIST);
	return 0;
}

char _license[] SEC("license") = "GPL";
