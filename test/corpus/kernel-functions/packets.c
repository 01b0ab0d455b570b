#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

/* Dynptrs about packets. Each program returns what it found, mixed into one number. */

extern int bpf_dynptr_from_skb(struct __sk_buff *skb, __u64 flags, struct bpf_dynptr *to) __ksym;
extern int bpf_dynptr_from_xdp(struct xdp_md *frame, __u64 flags, struct bpf_dynptr *to) __ksym;
extern void *bpf_dynptr_slice(const struct bpf_dynptr *of, __u32 offset, void *buffer, __u32 size) __ksym;
extern void *bpf_dynptr_slice_rdwr(const struct bpf_dynptr *of, __u32 offset, void *buffer, __u32 size) __ksym;
extern int bpf_dynptr_adjust(const struct bpf_dynptr *of, __u32 start, __u32 end) __ksym;
extern _Bool bpf_dynptr_is_null(const struct bpf_dynptr *of) __ksym;
extern _Bool bpf_dynptr_is_rdonly(const struct bpf_dynptr *of) __ksym;
extern __u32 bpf_dynptr_size(const struct bpf_dynptr *of) __ksym;
extern int bpf_dynptr_clone(const struct bpf_dynptr *of, struct bpf_dynptr *to) __ksym;
extern int bpf_dynptr_memset(struct bpf_dynptr *to, __u64 offset, __u64 size, __u8 byte) __ksym;

__u8 bytes[8] = { 9, 8, 7, 6, 5, 4, 3, 2 };
__u8 buffer[8];

int mixed;

#define MIX(value) mixed = mixed * 37 + (value)

static __always_inline void look(struct bpf_dynptr *packet)
{
	__u8 *slice;

	MIX(bpf_dynptr_is_null(packet));
	MIX(bpf_dynptr_is_rdonly(packet));
	MIX(bpf_dynptr_size(packet));
	MIX(bpf_dynptr_read(bytes, 8, packet, 20, 0));
	MIX(bytes[0]);
	MIX(bytes[7]);
	MIX(bpf_dynptr_read(bytes, 8, packet, 60, 0));
	MIX(bpf_dynptr_read(bytes, 8, packet, 0, 1));
	MIX(bpf_dynptr_data(packet, 0, 4) != 0);
	slice = bpf_dynptr_slice(packet, 30, buffer, 8);
	MIX(slice ? slice[3] : 77);
	slice = bpf_dynptr_slice(packet, 57, buffer, 8);
	MIX(slice ? slice[3] : 77);
	slice = bpf_dynptr_slice(packet, 40, 0, 8);
	MIX(slice ? slice[0] : 77);
}

static __always_inline void change(struct bpf_dynptr *packet, __u64 flags)
{
	struct bpf_dynptr clone;
	__u8 *slice;

	MIX(bpf_dynptr_write(packet, 24, bytes, 4, 0));
	MIX(bpf_dynptr_write(packet, 61, bytes, 4, 0));
	MIX(bpf_dynptr_write(packet, 28, bytes, 4, flags));
	MIX(bpf_dynptr_write(packet, 28, bytes, 4, 64));
	MIX(bpf_dynptr_adjust(packet, 4, 40));
	MIX(bpf_dynptr_size(packet));
	MIX(bpf_dynptr_clone(packet, &clone));
	MIX(bpf_dynptr_memset(&clone, 1, 3, 5));
	MIX(bpf_dynptr_memset(&clone, 30, 7, 5));
	slice = bpf_dynptr_slice_rdwr(&clone, 20, buffer, 4);
	if (slice) slice[1] = slice[0] + 1;
	look(&clone);
	MIX(bpf_dynptr_read(bytes, 4, packet, 20, 0));
	MIX(bytes[1]);
}

SEC("tc") int classifier(struct __sk_buff *skb)
{
	struct bpf_dynptr packet, none;

	mixed = 0;
	MIX(bpf_dynptr_from_skb(skb, 0, &packet));

	MIX(bpf_dynptr_from_skb(skb, 1, &none));
	MIX(bpf_dynptr_is_null(&none));
	look(&packet);
	change(&packet, 1);
	return mixed;
}

SEC("tc") int shortened(struct __sk_buff *skb)
{
	struct bpf_dynptr packet;

	mixed = 0;
	MIX(bpf_dynptr_from_skb(skb, 0, &packet));

	MIX(bpf_skb_change_tail(skb, 40, 0));
	MIX(bpf_dynptr_size(&packet));
	MIX(bpf_dynptr_read(bytes, 8, &packet, 36, 0));
	MIX(bytes[0]);
	MIX(bpf_dynptr_write(&packet, 36, bytes, 8, 0));
	MIX(bpf_dynptr_slice(&packet, 36, 0, 8) != 0);
	MIX(bpf_dynptr_slice(&packet, 30, 0, 8) != 0);
	return mixed;
}

SEC("socket") int filter(struct __sk_buff *skb)
{
	struct bpf_dynptr packet;

	mixed = 0;
	MIX(bpf_dynptr_from_skb(skb, 0, &packet));

	look(&packet);
	return mixed;
}

SEC("cgroup_skb/egress") int group(struct __sk_buff *skb)
{
	struct bpf_dynptr packet;
	__u8 byte = 1;

	mixed = 0;
	MIX(bpf_dynptr_from_skb(skb, 0, &packet));

	look(&packet);
	MIX(bpf_dynptr_write(&packet, 0, &byte, 1, 0));
	return mixed & 1;
}

SEC("xdp") int frame(struct xdp_md *frame)
{
	struct bpf_dynptr packet, none;

	mixed = 0;
	MIX(bpf_dynptr_from_xdp(frame, 0, &packet));

	MIX(bpf_dynptr_from_xdp(frame, 1, &none));
	look(&packet);
	change(&packet, 0);
	MIX(bpf_xdp_adjust_head(frame, 8));
	look(&packet);
	MIX(bpf_xdp_adjust_tail(frame, -20));
	look(&packet);
	return mixed;
}

char _license[] SEC("license") = "GPL";
