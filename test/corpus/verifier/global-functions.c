#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

/* Global functions are verified by themselves, for any arguments of their types. */

__noinline int doubled(int number)
{
	return number * 2;
}

__noinline int checked(__u64 *number)
{
	return number ? *number : 0;
}

__noinline int unchecked(__u64 *number)
{
	return *number;
}

__noinline int length_of(struct __sk_buff *packet)
{
	return packet->len;
}

static __noinline int not_global(__u64 *number)
{
	return *number + 1;
}

__noinline int uses_much_stack(int number)
{
	volatile char bytes[300];

	bytes[0] = number;
	return bytes[0];
}

SEC("tc") int scalar_and_context(struct __sk_buff *packet)
{
	return doubled(packet->len) + length_of(packet);
}

SEC("tc") int pointer_to_stack(struct __sk_buff *packet)
{
	__u64 number = packet->len;

	return checked(&number) + not_global(&number);
}

SEC("tc") int without_null_check(struct __sk_buff *packet)
{
	__u64 number = packet->len;

	return unchecked(&number);
}

SEC("tc") int context_as_memory(struct __sk_buff *packet)
{
	return checked((void *)packet);
}

SEC("tc") int too_much_stack_together(struct __sk_buff *packet)
{
	volatile char bytes[300];

	bytes[1] = 1;
	return uses_much_stack(packet->len) + bytes[1];
}

SEC("raw_tp") int stacks_of_their_own(void *context)
{
	volatile char bytes[300];

	bytes[1] = 1;
	return uses_much_stack(3) + bytes[1];
}

SEC("raw_tp") int arguments_as_memory(void *context)
{
	return checked(context);
}

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, 4);
	__uint(value_size, 4);
} records SEC(".maps");

SEC("kprobe") int registers_as_memory(void *context)
{
	return bpf_perf_event_output(context, &records, 0, context, 168);
}

SEC("kprobe") int more_than_registers_as_memory(void *context)
{
	return bpf_perf_event_output(context, &records, 0, context, 169);
}

SEC("kprobe") int moved_registers_as_memory(void *context)
{
	return bpf_perf_event_output(context, &records, 0, context + 8, 8);
}

SEC("tracepoint") int record_as_memory(void *context)
{
	return bpf_perf_event_output(context, &records, 0, context, 64);
}

SEC("perf_event") int sample_as_memory(void *context)
{
	return bpf_perf_event_output(context, &records, 0, context, 64);
}

SEC("cgroup/dev") int device_as_memory(void *context)
{
	return bpf_trace_printk(context, 12) & 1;
}

SEC("perf_event") int branches_read(void *context)
{
	char room[16];

	return bpf_read_branch_records(context, room, sizeof(room), 0) + room[0];
}

char _license[] SEC("license") = "GPL";
