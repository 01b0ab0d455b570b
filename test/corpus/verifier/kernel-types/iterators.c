#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

/* What iterators give: buffers, structs that are kept alive and such that are not, and what only iterators may call. */

typedef unsigned long long u64;

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct sock { int unused; };
struct sock_common { unsigned short skc_family; };
struct unix_sock { int unused; };
struct udp_sock { int unused; };
struct task_struct { int pid; char comm[16]; };
struct bpf_link { unsigned int id; };
struct seq_file { void *private; };
struct bpf_map { unsigned int max_entries; };
struct bpf_iter_meta { struct seq_file *seq; u64 seq_num; };
struct bpf_iter__bpf_map_elem { struct bpf_iter_meta *meta; struct bpf_map *map; void *key; void *value; };
struct bpf_iter__bpf_map { struct bpf_iter_meta *meta; struct bpf_map *map; };
struct bpf_iter__bpf_link { struct bpf_iter_meta *meta; struct bpf_link *link; };
struct bpf_iter__bpf_sk_storage_map { struct bpf_iter_meta *meta; struct bpf_map *map; struct sock *sk; void *value; };
struct bpf_iter__sockmap { struct bpf_iter_meta *meta; struct bpf_map *map; void *key; struct sock *sk; };
struct bpf_iter__task { struct bpf_iter_meta *meta; struct task_struct *task; };
struct bpf_iter__task_file { struct bpf_iter_meta *meta; struct task_struct *task; unsigned int fd; void *file; };
struct bpf_iter__tcp { struct bpf_iter_meta *meta; struct sock_common *sk_common; };
struct bpf_iter__udp { struct bpf_iter_meta *meta; struct udp_sock *udp_sk; };
struct bpf_iter__unix { struct bpf_iter_meta *meta; struct unix_sock *unix_sk; };
#pragma clang attribute pop

extern struct task_struct *bpf_task_acquire(struct task_struct *task) __ksym;
extern void bpf_task_release(struct task_struct *task) __ksym;
extern int bpf_sock_destroy(struct sock_common *sock) __ksym;
extern long bpf_map_sum_elem_count(const struct bpf_map *map) __ksym;

struct { __uint(type, BPF_MAP_TYPE_SOCKHASH); __uint(max_entries, 4); __uint(key_size, 8); __uint(value_size, 8); } sockets SEC(".maps");

SEC("iter/bpf_map_elem") int key_and_value(struct bpf_iter__bpf_map_elem *it)
{
	u64 *key = it->key, *value = it->value;
	if (!key || !value) return 0;
	bpf_seq_write(it->meta->seq, key, 8);
	*value = *key + value[3];
	return 0;
}

SEC("iter/bpf_map_elem") int map_needs_no_look(struct bpf_iter__bpf_map_elem *it)
{
	return it->map->max_entries & 1;
}

SEC("iter/bpf_map_elem") int key_written(struct bpf_iter__bpf_map_elem *it)
{
	u64 *key = it->key; if (key) *key = 1; return 0;
}

SEC("iter/bpf_map_elem") int value_not_looked_for(struct bpf_iter__bpf_map_elem *it)
{
	return *(volatile u64 *)it->value & 1;
}

SEC("iter/bpf_map_elem") int before_the_value(struct bpf_iter__bpf_map_elem *it)
{
	volatile char *value = it->value; return value ? value[-4] & 1 : 0;
}

SEC("iter/bpf_map_elem") int before_the_key(struct bpf_iter__bpf_map_elem *it)
{
	volatile char *key = it->key; return key ? key[-4] & 1 : 0;
}

SEC("iter/bpf_map_elem") int value_at_an_unknown_place(struct bpf_iter__bpf_map_elem *it)
{
	volatile char *value = it->value; return value ? value[bpf_get_prandom_u32() & 3] & 1 : 0;
}

SEC("iter/bpf_map_elem") int helper_writes_value(struct bpf_iter__bpf_map_elem *it)
{
	void *value = it->value; if (value) bpf_get_current_comm(value, 16); return 0;
}

SEC("iter/bpf_map_elem") int helper_writes_key(struct bpf_iter__bpf_map_elem *it)
{
	void *key = it->key; if (key) bpf_get_current_comm(key, 16); return 0;
}

SEC("iter/bpf_sk_storage_map") int stored(struct bpf_iter__bpf_sk_storage_map *it)
{
	u64 *value = it->value; if (value && it->sk) *value = it->map->max_entries; return 0;
}

SEC("iter/sockmap") int socket_removed(struct bpf_iter__sockmap *it)
{
	u64 *key = it->key; u64 other = 1;
	if (key) bpf_map_delete_elem(&sockets, &other);
	return 0;
}

SEC("tp_btf/sched_process_exit") int socket_removed_elsewhere(u64 *args)
{
	u64 other = 1; bpf_map_delete_elem(&sockets, &other); return 0;
}

SEC("iter/bpf_map") int counted(struct bpf_iter__bpf_map *it)
{
	struct bpf_map *map = it->map; return map ? bpf_map_sum_elem_count(map) & 1 : 0;
}

SEC("iter/bpf_map") int counted_without_a_look(struct bpf_iter__bpf_map *it)
{
	return bpf_map_sum_elem_count(it->map) & 1;
}

SEC("iter/task") int task_kept(struct bpf_iter__task *it)
{
	struct task_struct *found = it->task, *t = found ? bpf_task_acquire(found) : 0; if (t) bpf_task_release(t); return 0;
}

SEC("iter/task_file") int task_of_a_file_kept(struct bpf_iter__task_file *it)
{
	struct task_struct *found = it->task, *t = found ? bpf_task_acquire(found) : 0; if (t) bpf_task_release(t); return 0;
}

SEC("iter/bpf_link") int link_compared(struct bpf_iter__bpf_link *it)
{
	struct bpf_link *link = it->link; return link ? bpf_strncmp((char *)link, 4, "abc") & 1 : 0;
}

SEC("iter/task") int task_compared(struct bpf_iter__task *it)
{
	struct task_struct *t = it->task; return t ? bpf_strncmp(t->comm, 16, "abc") & 1 : 0;
}

SEC("iter/task") int task_named(struct bpf_iter__task *it)
{
	struct task_struct *t = it->task; if (t) bpf_get_current_comm(t->comm, 16);
	return 0;
}

SEC("iter/task") int task_told(struct bpf_iter__task *it)
{
	struct btf_ptr told = { .ptr = it->task, .type_id = 1 };
	if (told.ptr) bpf_seq_printf_btf(it->meta->seq, &told, sizeof(told), 0);
	return 0;
}

SEC("iter/tcp") int option_of_tcp(struct bpf_iter__tcp *it)
{
	int value = 0; struct sock_common *sk = it->sk_common;
	if (sk && !bpf_getsockopt(sk, 1, 7, &value, 4)) bpf_setsockopt(sk, 1, 7, &value, 4);
	return 0;
}

SEC("iter/unix") int option_of_unix(struct bpf_iter__unix *it)
{
	int value = 1; struct unix_sock *sk = it->unix_sk; if (sk) bpf_setsockopt(sk, 1, 7, &value, 4); return 0;
}

SEC("iter/udp") int option_of_udp(struct bpf_iter__udp *it)
{
	int value = 1; struct udp_sock *sk = it->udp_sk; if (sk) bpf_setsockopt(sk, 1, 7, &value, 4); return 0;
}

SEC("iter/tcp") int socket_destroyed(struct bpf_iter__tcp *it)
{
	struct sock_common *sk = it->sk_common; if (sk) bpf_sock_destroy(sk);
	return 0;
}

SEC("iter/udp") int udp_socket_destroyed(struct bpf_iter__udp *it)
{
	struct udp_sock *sk = it->udp_sk; if (sk) bpf_sock_destroy((struct sock_common *)sk);
	return 0;
}

SEC("iter/sockmap") int untrusted_socket_destroyed(struct bpf_iter__sockmap *it)
{
	struct sock *sk = it->sk; if (sk) bpf_sock_destroy((struct sock_common *)sk);
	return 0;
}

SEC("tp_btf/tcp_destroy_sock") int destroyed_by_a_tracepoint(u64 *args)
{
	bpf_sock_destroy((struct sock_common *)args[0]); return 0;
}

char LICENSE[] SEC("license") = "GPL";
