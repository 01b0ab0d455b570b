#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

/* The one member of a kernel's struct that programs may write, and functions for particular hooks. */

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct nf_conn { unsigned int mark; unsigned int timeout; };
struct bpf_ct_opts { int netns_id; int error; unsigned char l4proto; unsigned char direction; unsigned char reserved[2]; };
struct bpf_sock_tuple;
struct bpf_sock_addr_kern;
struct sock;
#pragma clang attribute pop

extern struct nf_conn *bpf_skb_ct_lookup(struct __sk_buff *skb, struct bpf_sock_tuple *tuple, unsigned int tuple__sz,
	struct bpf_ct_opts *opts, unsigned int opts__sz) __ksym;
extern void bpf_ct_release(struct nf_conn *ct) __ksym;
extern void *bpf_cast_to_kern_ctx(void *context) __ksym;
extern int bpf_sock_addr_set_sun_path(struct bpf_sock_addr_kern *address, const unsigned char *path, unsigned int path__sz) __ksym;

#define FOUND(skb) ({ unsigned char tuple[12] = {}; struct { int netns_id, error; unsigned char rest[4]; } opts = {}; opts.netns_id = -1; opts.rest[0] = 17; \
	bpf_skb_ct_lookup(skb, (void *)tuple, sizeof(tuple), (void *)&opts, sizeof(opts)); })

SEC("tc") int mark_written(struct __sk_buff *skb)
{
	struct nf_conn *ct = FOUND(skb); if (ct) { ct->mark = 77; bpf_ct_release(ct); } return 0;
}

SEC("tc") int mark_written_wide(struct __sk_buff *skb)
{
	struct nf_conn *ct = FOUND(skb); if (ct) { *(volatile unsigned long long *)&ct->mark = 77; bpf_ct_release(ct); } return 0;
}

SEC("tc") int timeout_written(struct __sk_buff *skb)
{
	struct nf_conn *ct = FOUND(skb); if (ct) { ct->timeout = 77; bpf_ct_release(ct); } return 0;
}

SEC("tc") int mark_written_after_release(struct __sk_buff *skb)
{
	struct nf_conn *ct = FOUND(skb); if (ct) { bpf_ct_release(ct); ct->mark = 77; } return 0;
}

SEC("cgroup/connect_unix") int path_set(struct bpf_sock_addr *address)
{
	unsigned char path[8] = {}; path[0] = 'p'; return bpf_sock_addr_set_sun_path((void *)address, path, sizeof(path)) == 0;
}

SEC("cgroup/connect_unix") int path_of_the_kernel_set(struct bpf_sock_addr *address)
{
	unsigned char path[8] = {}; path[0] = 'p'; return bpf_sock_addr_set_sun_path(bpf_cast_to_kern_ctx(address), path, sizeof(path)) == 0;
}

SEC("cgroup_skb/egress") int path_of_a_packet_set(struct __sk_buff *skb)
{
	unsigned char path[8] = {}; path[0] = 'p'; return bpf_sock_addr_set_sun_path((void *)skb, path, sizeof(path)) == 0;
}

SEC("tc") int path_set_by_a_classifier(struct __sk_buff *skb)
{
	unsigned char path[8] = {}; path[0] = 'p'; return bpf_sock_addr_set_sun_path((void *)skb, path, sizeof(path)) == 0;
}

char LICENSE[] SEC("license") = "GPL";
