// Tail calls and packet loads: they leave the function that makes them, not only the program.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
  __uint(type, BPF_MAP_TYPE_PROG_ARRAY);
  __uint(max_entries, 2);
  __uint(key_size, 4);
  __uint(value_size, 4);
} next SEC(".maps"), next_in_cgroup SEC(".maps");

static __noinline int tail(struct __sk_buff *skb) {
  bpf_tail_call(skb, &next, 1);
  return 3;
}

static __noinline int tail_in_cgroup(struct __sk_buff *skb) {
  bpf_tail_call(skb, &next_in_cgroup, 1);
  return 3;
}

static __noinline int tail_and_store(struct __sk_buff *skb, int *to) {
  bpf_tail_call(skb, &next, 1);
  *to = 5;
  return 3;
}

static __noinline int first_byte(struct __sk_buff *skb) {
  int byte;
  asm volatile("r6 = %1; r0 = *(u8 *)skb[0]; %0 = r0;"
               : "=r"(byte)
               : "r"(skb)
               : "r0", "r1", "r2", "r3", "r4", "r5", "r6");
  return byte;
}

#define PACKET(skb, room)                                                   \
  void *data = (void *)(long)(skb)->data;                                   \
  if (data + (room) > (void *)(long)(skb)->data_end) return 0

/** Who found no program to call has the packet as it was. */
SEC("tc") int packet_behind_tail_call(struct __sk_buff *skb) {
  PACKET(skb, 20);
  bpf_tail_call(skb, &next, 1);
  return *(__u8 *)data;
}

/** The program that was called may have changed it. */
SEC("tc") int packet_behind_function_with_tail_call(struct __sk_buff *skb) {
  PACKET(skb, 20);
  int result = tail(skb);
  return *(__u8 *)data + result;
}

static __noinline int reads_behind(struct __sk_buff *skb) {
  PACKET(skb, 20);
  int result = tail(skb);
  return skb->mark ? *(__u8 *)data + result : 2;
}

SEC("tc") int packet_two_functions_deep(struct __sk_buff *skb) {
  PACKET(skb, 20);
  return reads_behind(skb);
}

/** The store is left out where a program was called. */
SEC("tc") int stack_before_tail_call(struct __sk_buff *skb) {
  int value = skb->len;
  tail_and_store(skb, &value);
  return value > 9 ? 1 : value;
}

SEC("tc") int stack_behind_tail_call(struct __sk_buff *skb) {
  int value;
  tail_and_store(skb, &value);
  return value;
}

/** What the other program gave back is known to nobody. */
SEC("cgroup_skb/egress") int result_of_tail_call(struct __sk_buff *skb) { return tail_in_cgroup(skb) - 2; }

SEC("socket") int result_of_short_packet(struct __sk_buff *skb) { return first_byte(skb) + 1; }

char _license[] SEC("license") = "GPL";
