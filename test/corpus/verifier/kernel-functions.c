#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

/* Open-coded iterators, and sections in which RCU is locked or preemption disabled. */

struct bpf_iter_num2 { __u64 o; } __attribute__((aligned(8)));
struct bpf_iter_num;
extern int bpf_iter_num_new(struct bpf_iter_num *it, int start, int end) __ksym;
extern int *bpf_iter_num_next(struct bpf_iter_num *it) __ksym;
extern void bpf_iter_num_destroy(struct bpf_iter_num *it) __ksym;
extern void bpf_rcu_read_lock(void) __ksym;
extern void bpf_rcu_read_unlock(void) __ksym;
extern void bpf_preempt_disable(void) __ksym;
extern void bpf_preempt_enable(void) __ksym;
#define IT struct bpf_iter_num2 x; struct bpf_iter_num *it = (void *)&x; 
SEC("tc") int numbers_added(struct __sk_buff *skb)
{
	IT int s = 0; int *v; bpf_iter_num_new(it, 0, 10); while ((v = bpf_iter_num_next(it))) s += *v; bpf_iter_num_destroy(it); return s;
}

SEC("tc") int iterator_kept(struct __sk_buff *skb)
{
	IT bpf_iter_num_new(it, 0, 10); return 0;
}

SEC("tc") int not_begun(struct __sk_buff *skb)
{
	IT return bpf_iter_num_next(it) != 0;
}

SEC("tc") int destroyed_twice(struct __sk_buff *skb)
{
	IT bpf_iter_num_new(it, 0, 10); bpf_iter_num_destroy(it); bpf_iter_num_destroy(it); return 0;
}

SEC("tc") int begun_twice(struct __sk_buff *skb)
{
	IT bpf_iter_num_new(it, 0, 10); bpf_iter_num_new(it, 0, 10); bpf_iter_num_destroy(it); return 0;
}

SEC("tc") int iterator_read(struct __sk_buff *skb)
{
	IT bpf_iter_num_new(it, 0, 10); int r = *(volatile int *)&x; bpf_iter_num_destroy(it); return r;
}

SEC("tc") int iterator_overwritten(struct __sk_buff *skb)
{
	IT bpf_iter_num_new(it, 0, 10); *(volatile int *)&x = 3; bpf_iter_num_destroy(it); return 0;
}

SEC("tc") int number_as_index(struct __sk_buff *skb)
{
	IT int a[5] = {}; int *v; bpf_iter_num_new(it, 0, skb->len); while ((v = bpf_iter_num_next(it))) { if ((unsigned)*v < 5) a[*v & 3] += *v; } bpf_iter_num_destroy(it); return a[0] + a[3];
}

SEC("tc") int not_checked(struct __sk_buff *skb)
{
	IT int s = 0; int *v; bpf_iter_num_new(it, 0, 10); v = bpf_iter_num_next(it); s = *v; bpf_iter_num_destroy(it); return s;
}

SEC("tc") int rcu_locked(struct __sk_buff *skb)
{
	bpf_rcu_read_lock(); bpf_rcu_read_unlock(); return 0;
}

SEC("tc") int rcu_kept(struct __sk_buff *skb)
{
	bpf_rcu_read_lock(); return 0;
}

SEC("tc") int rcu_not_locked(struct __sk_buff *skb)
{
	bpf_rcu_read_unlock(); return 0;
}

SEC("tc") int rcu_locked_twice(struct __sk_buff *skb)
{
	bpf_rcu_read_lock(); bpf_rcu_read_lock(); bpf_rcu_read_unlock(); return 0;
}

SEC("tc") int preemption_off(struct __sk_buff *skb)
{
	bpf_preempt_disable(); bpf_preempt_enable(); return 0;
}

SEC("tc") int preemption_kept_off(struct __sk_buff *skb)
{
	bpf_preempt_disable(); return 0;
}

SEC("tc") int preemption_not_off(struct __sk_buff *skb)
{
	bpf_preempt_enable(); return 0;
}

SEC("tc") int preemption_on_one_way(struct __sk_buff *skb)
{
	bpf_preempt_disable(); if (skb->len) bpf_preempt_enable(); return 0;
}

char _license[] SEC("license") = "GPL";
static __attribute__((noinline)) int with_room(struct __sk_buff *skb, __u32 kind)
{
	char room[16];
	if (kind == 1) return 0;
	if (bpf_skb_load_bytes(skb, 0, room, sizeof(room))) return 0;
	return room[0] == 1 || room[1] == 2 || room[2] == 3 || room[5] == 4;
}

SEC("tc") int rounds_with_room_and_without(struct __sk_buff *skb)
{
	__u32 kind = skb->mark; int s = 0;
	IT bpf_iter_num_new(it, 0, skb->len); while (bpf_iter_num_next(it)) if (!with_room(skb, kind)) { s = 1; break; } bpf_iter_num_destroy(it); return s;
}

struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 8); __type(key, int); __type(value, int); } some SEC(".maps");

/* Every round ends in one of many states, most of which are like none before. */
SEC("tc") int many_kinds_of_rounds(struct __sk_buff *skb)
{
	int s = 0; int *v, *a = 0, *b = 0, *c = 0, *d = 0, *e = 0;
	IT bpf_iter_num_new(it, 0, 10);
	while ((v = bpf_iter_num_next(it))) {
		if (a) s += 1; if (b) s += 2; if (c) s += 4; if (d) s += 8; if (e) s += 16;
		int key = *v;
		a = bpf_map_lookup_elem(&some, &key); b = bpf_map_lookup_elem(&some, &key); c = bpf_map_lookup_elem(&some, &key);
		d = bpf_map_lookup_elem(&some, &key); e = bpf_map_lookup_elem(&some, &key);
	}
	bpf_iter_num_destroy(it); return s;
}

