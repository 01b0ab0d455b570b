#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

/* Helpers call functions of the program, nobody knows how often. */

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u64);
} numbers SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u64);
} hashed SEC(".maps");

static long add_up(__u32 round, void *context)
{
	int *sum = context;

	*sum += round;
	return *sum > 100;
}

static long returns_anything(__u32 round, void *context)
{
	return round;
}

static long writes_at_round(__u32 round, void *context)
{
	int *numbers = context;

	numbers[round] = 0;
	return 0;
}

static long add_element(void *map, __u32 *key, __u64 *value, __u64 *sum)
{
	*sum += *value + *key;
	return 0;
}

SEC("tc") int so_many_rounds(struct __sk_buff *packet)
{
	int sum = 0;

	bpf_loop(100, add_up, &sum, 0);
	return sum;
}

SEC("tc") int unknown_rounds(struct __sk_buff *packet)
{
	int sum = 0;

	bpf_loop(packet->len, add_up, &sum, 0);
	return sum;
}

SEC("tc") int result_out_of_range(struct __sk_buff *packet)
{
	int sum = 0;

	bpf_loop(100, returns_anything, &sum, 0);
	return sum;
}

SEC("tc") int round_as_index(struct __sk_buff *packet)
{
	int numbers[4] = {};

	bpf_loop(2, writes_at_round, numbers, 0);
	return numbers[0];
}

SEC("tc") int each_of_array(struct __sk_buff *packet)
{
	__u64 sum = 0;

	bpf_for_each_map_elem(&numbers, add_element, &sum, 0);
	return sum;
}

SEC("tc") int each_of_hash(struct __sk_buff *packet)
{
	__u64 sum = 0;

	bpf_for_each_map_elem(&hashed, add_element, &sum, 0);
	return sum & 1;
}

/* Takes numbers by its types, and is given addresses: which matters nowhere but in the log. */
static __u64 numbers_by_type(__u64 map, __u64 key, __u64 value, __u64 context)
{
	return 0;
}

SEC("tc") int each_with_other_types(struct __sk_buff *packet)
{
	bpf_for_each_map_elem(&numbers, numbers_by_type, 0, 0);
	return bpf_for_each_map_elem(&hashed, numbers_by_type, 0, 0);
}

static __noinline int length_by_number(__u64 packet)
{
	return ((struct __sk_buff *)packet)->len;
}

SEC("tc") int called_with_other_types(struct __sk_buff *packet)
{
	return length_by_number((__u64)packet) + length_by_number((__u64)packet);
}

char _license[] SEC("license") = "GPL";
