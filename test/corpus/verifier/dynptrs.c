#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

/* Dynptrs: of memory, ring buffers and packets; what they give, and when that is no more. */

struct bpf_dynptr_own { __u64 words[2]; } __attribute__((aligned(8)));
extern int bpf_dynptr_from_skb(struct __sk_buff *skb, __u64 flags, struct bpf_dynptr *made) __ksym;
extern int bpf_dynptr_from_xdp(struct xdp_md *xdp, __u64 flags, struct bpf_dynptr *made) __ksym;
extern void *bpf_dynptr_slice(const struct bpf_dynptr *from, __u32 offset, void *buffer, __u32 size) __ksym;
extern void *bpf_dynptr_slice_rdwr(const struct bpf_dynptr *from, __u32 offset, void *buffer, __u32 size) __ksym;
extern int bpf_dynptr_clone(const struct bpf_dynptr *from, struct bpf_dynptr *made) __ksym;
extern int bpf_dynptr_adjust(const struct bpf_dynptr *which, __u32 start, __u32 end) __ksym;
extern __u32 bpf_dynptr_size(const struct bpf_dynptr *which) __ksym;

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64[8]);
} bytes SEC(".maps");

#define DYNPTR(name) struct bpf_dynptr name
#define VALUE(name) __u32 key = 0; __u64 *name = bpf_map_lookup_elem(&bytes, &key); if (!name) return 0

SEC("tc") int memory(struct __sk_buff *skb)
{
	VALUE(v); DYNPTR(d); __u32 out = 0;
	bpf_dynptr_from_mem(v, 64, 0, &d); bpf_dynptr_read(&out, sizeof(out), &d, 4, 0); bpf_dynptr_write(&d, 0, &out, sizeof(out), 0);
	return out;
}

SEC("tc") int memory_data(struct __sk_buff *skb)
{
	VALUE(v); DYNPTR(d); bpf_dynptr_from_mem(v, 64, 0, &d); __u32 *p = bpf_dynptr_data(&d, 8, 8); return p ? p[1] : 0;
}

SEC("tc") int memory_data_beyond(struct __sk_buff *skb)
{
	VALUE(v); DYNPTR(d); bpf_dynptr_from_mem(v, 64, 0, &d); __u32 *p = bpf_dynptr_data(&d, 8, 8); return p ? p[2] : 0;
}

SEC("tc") int memory_data_unchecked(struct __sk_buff *skb)
{
	VALUE(v); DYNPTR(d); bpf_dynptr_from_mem(v, 64, 0, &d); return *(__u32 *)bpf_dynptr_data(&d, 8, 8);
}

SEC("tc") int memory_of_stack(struct __sk_buff *skb)
{
	__u64 own[2] = {}; DYNPTR(d); bpf_dynptr_from_mem(own, 16, 0, &d); return 0;
}

SEC("tc") int never_made(struct __sk_buff *skb)
{
	DYNPTR(d); __u32 out = 0; bpf_dynptr_read(&out, sizeof(out), &d, 0, 0); return out;
}

SEC("tc") int half_overwritten(struct __sk_buff *skb)
{
	VALUE(v); DYNPTR(d); __u32 out = 0; bpf_dynptr_from_mem(v, 64, 0, &d);
	*(volatile __u64 *)((char *)&d + 8) = 1; bpf_dynptr_read(&out, sizeof(out), &d, 0, 0); return out;
}

SEC("tc") int read_directly(struct __sk_buff *skb)
{
	VALUE(v); DYNPTR(d); bpf_dynptr_from_mem(v, 64, 0, &d); return *(volatile __u64 *)&d;
}

SEC("tc") int record(struct __sk_buff *skb)
{
	DYNPTR(d); __u64 seen = skb->len; bpf_ringbuf_reserve_dynptr(&events, 64, 0, &d); bpf_dynptr_write(&d, 0, &seen, 8, 0); bpf_ringbuf_submit_dynptr(&d, 0); return 0;
}

SEC("tc") int record_kept(struct __sk_buff *skb)
{
	DYNPTR(d); bpf_ringbuf_reserve_dynptr(&events, 64, 0, &d); return 0;
}

SEC("tc") int record_overwritten(struct __sk_buff *skb)
{
	DYNPTR(d); bpf_ringbuf_reserve_dynptr(&events, 64, 0, &d); *(volatile __u64 *)&d = 1; bpf_ringbuf_discard_dynptr(&d, 0); return 0;
}

SEC("tc") int record_after_submission(struct __sk_buff *skb)
{
	DYNPTR(d); bpf_ringbuf_reserve_dynptr(&events, 64, 0, &d); __u64 *p = bpf_dynptr_data(&d, 0, 8);
	bpf_ringbuf_submit_dynptr(&d, 0); return p ? *p : 0;
}

SEC("tc") int record_submitted_by_clone(struct __sk_buff *skb)
{
	DYNPTR(d); DYNPTR(c); __u64 x = 0; bpf_ringbuf_reserve_dynptr(&events, 64, 0, &d); bpf_dynptr_clone(&d, &c);
	bpf_ringbuf_submit_dynptr(&c, 0); bpf_dynptr_write(&d, 0, &x, 8, 0); return 0;
}

SEC("tc") int memory_submitted(struct __sk_buff *skb)
{
	VALUE(v); DYNPTR(d); bpf_dynptr_from_mem(v, 64, 0, &d); bpf_ringbuf_submit_dynptr(&d, 0); return 0;
}

SEC("tc") int packet(struct __sk_buff *skb)
{
	DYNPTR(d); char buffer[8]; bpf_dynptr_from_skb(skb, 0, &d); char *p = bpf_dynptr_slice(&d, 0, buffer, 8); return p ? p[7] : 0;
}

SEC("tc") int packet_small_buffer(struct __sk_buff *skb)
{
	DYNPTR(d); char buffer[8]; bpf_dynptr_from_skb(skb, 0, &d); char *p = bpf_dynptr_slice(&d, 0, buffer, 9); return p ? p[7] : 0;
}

SEC("tc") int packet_slice_written(struct __sk_buff *skb)
{
	DYNPTR(d); char buffer[8]; bpf_dynptr_from_skb(skb, 0, &d); char *p = bpf_dynptr_slice(&d, 0, buffer, 8); if (p) p[0] = 1; return 0;
}

SEC("tc") int packet_slice_for_writing(struct __sk_buff *skb)
{
	DYNPTR(d); char buffer[8]; bpf_dynptr_from_skb(skb, 0, &d); char *p = bpf_dynptr_slice_rdwr(&d, 0, buffer, 8); if (p) p[0] = 1; return 0;
}

SEC("cgroup_skb/ingress") int packet_slice_for_writing_forbidden(struct __sk_buff *skb)
{
	DYNPTR(d); char buffer[8]; bpf_dynptr_from_skb(skb, 0, &d); char *p = bpf_dynptr_slice_rdwr(&d, 0, buffer, 8); if (p) p[0] = 1; return 1;
}

SEC("tc") int packet_slice_after_write(struct __sk_buff *skb)
{
	DYNPTR(d); char buffer[8]; __u64 x = 1; bpf_dynptr_from_skb(skb, 0, &d); char *p = bpf_dynptr_slice(&d, 0, buffer, 8); if (!p) return 0;
	bpf_dynptr_write(&d, 0, &x, 8, 0); return p[0];
}

SEC("tc") int packet_slice_after_pull(struct __sk_buff *skb)
{
	DYNPTR(d); char buffer[8]; bpf_dynptr_from_skb(skb, 0, &d); char *p = bpf_dynptr_slice(&d, 0, buffer, 8); if (!p) return 0;
	bpf_skb_pull_data(skb, 8); return p[0];
}

SEC("tc") int packet_slice_of_unknown_size(struct __sk_buff *skb)
{
	DYNPTR(d); char buffer[64]; bpf_dynptr_from_skb(skb, 0, &d); char *p = bpf_dynptr_slice(&d, 0, buffer, skb->len & 31); return p ? p[0] : 0;
}

SEC("tc") int packet_of_another_type(struct __sk_buff *skb)
{
	DYNPTR(d); bpf_dynptr_from_xdp((void *)skb, 0, &d); return 0;
}

SEC("xdp") int frame(struct xdp_md *xdp)
{
	DYNPTR(d); char buffer[14]; bpf_dynptr_from_xdp(xdp, 0, &d); char *p = bpf_dynptr_slice(&d, 0, buffer, 14); return p && p[12] == 8 ? XDP_DROP : XDP_PASS;
}

SEC("xdp") int frame_measured(struct xdp_md *xdp)
{
	DYNPTR(d); bpf_dynptr_from_xdp(xdp, 0, &d); bpf_dynptr_adjust(&d, 14, 34); return bpf_dynptr_size(&d) == 20 ? XDP_PASS : XDP_DROP;
}

__attribute__((noinline)) int global_reader(const struct bpf_dynptr *d)
{
	__u32 out = 0; bpf_dynptr_read(&out, sizeof(out), d, 0, 0); return out;
}

SEC("xdp") int given_to_a_function(struct xdp_md *xdp)
{
	DYNPTR(d); bpf_dynptr_from_xdp(xdp, 0, &d); return global_reader(&d);
}

char LICENSE[] SEC("license") = "GPL";
