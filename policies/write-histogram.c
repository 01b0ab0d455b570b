// Counts write(2) by the logarithm of how many bytes it is given: a histogram that the kernel keeps and user space walks.
#include <linux/bpf.h>

// The shapes of 2014, when such programs were new: plain definitions of maps, and events by their path.
#define SEC(NAME) __attribute__((section(NAME), used))

struct bpf_map_def {
	unsigned int type;
	unsigned int key_size;
	unsigned int value_size;
	unsigned int max_entries;
};

// A call's record: common fields, its number, and the arguments in a register's width each.
struct bpf_context {
	unsigned long common;
	unsigned long nr;
	unsigned long arg1, arg2, arg3, arg4, arg5, arg6;
};

static void *(*bpf_map_lookup_elem)(void *map, void *key) = (void *)BPF_FUNC_map_lookup_elem;

static unsigned int log2(unsigned int v)
{
	unsigned int r;
	unsigned int shift;

	r = (v > 0xFFFF) << 4; v >>= r;
	shift = (v > 0xFF) << 3; v >>= shift; r |= shift;
	shift = (v > 0xF) << 2; v >>= shift; r |= shift;
	shift = (v > 0x3) << 1; v >>= shift; r |= shift;
	r |= (v >> 1);
	return r;
}

static unsigned int log2l(unsigned long v)
{
	unsigned int hi = v >> 32;

	if (hi)
		return log2(hi) + 32;
	return log2(v);
}

struct bpf_map_def SEC("maps") my_hist_map = {
	.type = BPF_MAP_TYPE_ARRAY,
	.key_size = sizeof(unsigned int),
	.value_size = sizeof(long),
	.max_entries = 64,
};

SEC("events/syscalls/sys_enter_write")
int bpf_prog(struct bpf_context *ctx)
{
	long write_size = ctx->arg3;
	long *value;
	unsigned int index;

	index = log2l(write_size);
	value = bpf_map_lookup_elem(&my_hist_map, &index);
	if (value)
		__sync_fetch_and_add(value, 1);
	return 0;
}

char _license[] SEC("license") = "GPL";
