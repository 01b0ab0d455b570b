#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

/* Spin locks and timers in the values of maps. */

struct val { int cnt; struct bpf_spin_lock l; };
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, int); __type(value, struct val); } lockmap SEC(".maps");
struct tval { __u64 a; struct bpf_timer t; __u64 b; };
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 2); __type(key, int); __type(value, struct tval); } timers SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 4096); } ring SEC(".maps");
#define LK int k = 0; struct val *v = bpf_map_lookup_elem(&lockmap, &k); if (!v) return 0;
SEC("tc") int lock_and_unlock(struct __sk_buff *skb)
{
	LK bpf_spin_lock(&v->l); v->cnt++; bpf_spin_unlock(&v->l); return 0;
}

SEC("tc") int never_unlocked(struct __sk_buff *skb)
{
	LK bpf_spin_lock(&v->l); v->cnt++; return 0;
}

SEC("tc") int never_locked(struct __sk_buff *skb)
{
	LK bpf_spin_unlock(&v->l); return 0;
}

SEC("tc") int locked_twice(struct __sk_buff *skb)
{
	LK bpf_spin_lock(&v->l); bpf_spin_lock(&v->l); bpf_spin_unlock(&v->l); return 0;
}

SEC("tc") int call_while_locked(struct __sk_buff *skb)
{
	LK bpf_spin_lock(&v->l); bpf_get_prandom_u32(); bpf_spin_unlock(&v->l); return 0;
}

SEC("tc") int lock_read(struct __sk_buff *skb)
{
	LK return *(volatile int *)&v->l;
}

SEC("tc") int not_the_lock(struct __sk_buff *skb)
{
	LK bpf_spin_lock((void*)&v->cnt); bpf_spin_unlock(&v->l); return 0;
}

SEC("socket") int lock_in_socket_filter(struct __sk_buff *skb)
{
	LK bpf_spin_lock(&v->l); bpf_spin_unlock(&v->l); return 0;
}

SEC("tc") int another_values_lock(struct __sk_buff *skb)
{
	LK int k2=0; struct val *w = bpf_map_lookup_elem(&lockmap, &k2); if (!w) return 0; bpf_spin_lock(&v->l); bpf_spin_unlock(&w->l); return 0;
}

SEC("tc") int lock_copied(struct __sk_buff *skb)
{
	LK bpf_map_update_elem(&lockmap, &k, v, 0); return 0;
}

SEC("kprobe/x") int lock_in_probe(void *c)
{
	LK bpf_spin_lock(&v->l); bpf_spin_unlock(&v->l); return 0;
}

static int tcb(void *map, int *key, struct tval *val) { val->a++; return 0; }
static int tcb_bad(void *map, int *key, struct tval *val) { val->a++; return 1; }
#define TK int k = 0; struct tval *v = bpf_map_lookup_elem(&timers, &k); if (!v) return 0;
SEC("tc") int timer_started(struct __sk_buff *skb)
{
	TK bpf_timer_init(&v->t, &timers, 1); bpf_timer_set_callback(&v->t, tcb); bpf_timer_start(&v->t, 1000, 0); return 0;
}

SEC("tc") int timer_of_another_map(struct __sk_buff *skb)
{
	TK bpf_timer_init(&v->t, &ring, 1); return 0;
}

SEC("tc") int timer_callback_returns_one(struct __sk_buff *skb)
{
	TK bpf_timer_set_callback(&v->t, tcb_bad); return 0;
}

SEC("tc") int not_the_timer(struct __sk_buff *skb)
{
	TK bpf_timer_init((void*)&v->b, &timers, 1); return 0;
}

SEC("tc") int timer_read(struct __sk_buff *skb)
{
	TK v->b = *(volatile __u32*)&v->t; return 0;
}

SEC("kprobe/x") int timer_in_probe(void *skb)
{
	TK bpf_timer_init(&v->t, &timers, 1); return 0;
}

SEC("tc") int timer_cancelled(struct __sk_buff *skb)
{
	TK return bpf_timer_cancel(&v->t);
}

char _license[] SEC("license") = "GPL";
