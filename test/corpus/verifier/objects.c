#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

/* What programs allocate: owned, lent to lists and trees, kept in maps. */

#define local_type(type) __builtin_btf_type_id(*(type *)0, 0)
#define __contains(of, member) __attribute__((btf_decl_tag("contains:" #of ":" #member)))
#define own_section(name) SEC(".data." #name) __attribute__((aligned(8)))
#define __kptr __attribute__((btf_type_tag("kptr")))
#define __kptr_untrusted __attribute__((btf_type_tag("kptr_untrusted")))
#define container(pointer, type, member) ((type *)((char *)(pointer) - __builtin_offsetof(type, member)))

struct bpf_list_head { __u64 words[2]; } __attribute__((aligned(8)));
struct bpf_list_node { __u64 words[3]; } __attribute__((aligned(8)));
struct bpf_rb_root { __u64 words[2]; } __attribute__((aligned(8)));
struct bpf_rb_node { __u64 words[4]; } __attribute__((aligned(8)));
struct bpf_refcount { __u32 word[1]; } __attribute__((aligned(4)));

extern void *bpf_obj_new_impl(__u64 type, void *meta) __ksym;
extern void bpf_obj_drop_impl(void *object, void *meta) __ksym;
extern void *bpf_refcount_acquire_impl(void *object, void *meta) __ksym;
extern int bpf_list_push_back_impl(struct bpf_list_head *head, struct bpf_list_node *node, void *meta, __u64 offset) __ksym;
extern struct bpf_list_node *bpf_list_pop_front(struct bpf_list_head *head) __ksym;
extern int bpf_rbtree_add_impl(struct bpf_rb_root *root, struct bpf_rb_node *node, _Bool (less)(struct bpf_rb_node *, const struct bpf_rb_node *), void *meta, __u64 offset) __ksym;
extern struct bpf_rb_node *bpf_rbtree_first(struct bpf_rb_root *root) __ksym;
extern struct bpf_rb_node *bpf_rbtree_remove(struct bpf_rb_root *root, struct bpf_rb_node *node) __ksym;
struct task_struct { int pid; };
extern struct task_struct *bpf_task_from_pid(int pid) __ksym;
extern void bpf_task_release(struct task_struct *task) __ksym;

struct item { struct bpf_list_node next; __u64 key; };
struct leaf { struct bpf_rb_node beside; __u64 key; };
struct counted { struct bpf_refcount count; __u64 key; };
struct plain { __u64 key; __u32 other; };

struct value { struct plain __kptr *kept; struct bpf_spin_lock unused; };
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct value);
} kept SEC(".maps");

own_section(queue) struct bpf_spin_lock lock;
own_section(queue) struct bpf_list_head head __contains(item, next);
own_section(queue) struct bpf_rb_root root __contains(leaf, beside);

#define NEW(type) bpf_obj_new_impl(local_type(type), 0)
#define DROP(object) bpf_obj_drop_impl(object, 0)

SEC("tc") int allocated(struct __sk_buff *skb)
{
	struct plain *p = NEW(struct plain); if (!p) return 0; p->key = skb->len; __u64 k = p->key; DROP(p); return k;
}

SEC("tc") int unchecked(struct __sk_buff *skb)
{
	struct plain *p = NEW(struct plain); __u64 k = p->key; return k;
}

SEC("tc") int leaked(struct __sk_buff *skb)
{
	struct plain *p = NEW(struct plain); return p != 0;
}

SEC("tc") int used_after_drop(struct __sk_buff *skb)
{
	struct plain *p = NEW(struct plain); if (!p) return 0; DROP(p); return *(volatile __u64 *)&p->key;
}

SEC("tc") int beyond(struct __sk_buff *skb)
{
	struct plain *p = NEW(struct plain); if (!p) return 0; int r = ((volatile __u64 *)p)[2]; DROP(p); return r;
}

SEC("tc") int node_written(struct __sk_buff *skb)
{
	struct item *i = NEW(struct item); if (!i) return 0; *(volatile __u64 *)&i->next = 0; DROP(i); return 0;
}

SEC("tc") int pushed(struct __sk_buff *skb)
{
	struct item *i = NEW(struct item); if (!i) return 0; i->key = 1;
	bpf_spin_lock(&lock); bpf_list_push_back_impl(&head, &i->next, 0, 0); bpf_spin_unlock(&lock); return 0;
}

SEC("tc") int pushed_without_lock(struct __sk_buff *skb)
{
	struct item *i = NEW(struct item); if (!i) return 0; bpf_list_push_back_impl(&head, &i->next, 0, 0); return 0;
}

SEC("tc") int pushed_into_the_wrong_place(struct __sk_buff *skb)
{
	struct item *i = NEW(struct item); if (!i) return 0;
	bpf_spin_lock(&lock); bpf_list_push_back_impl(&head, (void *)&i->key, 0, 0); bpf_spin_unlock(&lock); return 0;
}

SEC("tc") int used_after_push(struct __sk_buff *skb)
{
	struct item *i = NEW(struct item); if (!i) return 0;
	bpf_spin_lock(&lock); bpf_list_push_back_impl(&head, &i->next, 0, 0); i->key = 2; bpf_spin_unlock(&lock); return 0;
}

SEC("tc") int used_after_unlock(struct __sk_buff *skb)
{
	struct item *i = NEW(struct item); if (!i) return 0;
	bpf_spin_lock(&lock); bpf_list_push_back_impl(&head, &i->next, 0, 0); bpf_spin_unlock(&lock); i->key = 2; return 0;
}

SEC("tc") int popped(struct __sk_buff *skb)
{
	bpf_spin_lock(&lock); struct bpf_list_node *n = bpf_list_pop_front(&head); bpf_spin_unlock(&lock);
	if (!n) return 0; struct item *i = container(n, struct item, next); int k = i->key; DROP(i); return k;
}

SEC("tc") int popped_and_kept(struct __sk_buff *skb)
{
	bpf_spin_lock(&lock); struct bpf_list_node *n = bpf_list_pop_front(&head); bpf_spin_unlock(&lock); return n != 0;
}

static _Bool less(struct bpf_rb_node *a, const struct bpf_rb_node *b)
{
	return container(a, struct leaf, beside)->key < container(b, struct leaf, beside)->key;
}

SEC("tc") int grown(struct __sk_buff *skb)
{
	struct leaf *i = NEW(struct leaf); if (!i) return 0; i->key = skb->len;
	bpf_spin_lock(&lock); bpf_rbtree_add_impl(&root, &i->beside, less, 0, 0); bpf_spin_unlock(&lock); return 0;
}

SEC("tc") int cut(struct __sk_buff *skb)
{
	struct leaf *i; bpf_spin_lock(&lock); struct bpf_rb_node *n = bpf_rbtree_first(&root);
	if (!n) { bpf_spin_unlock(&lock); return 0; }
	n = bpf_rbtree_remove(&root, n); bpf_spin_unlock(&lock); if (!n) return 0;
	i = container(n, struct leaf, beside); int k = i->key; DROP(i); return k;
}

SEC("tc") int seen_after_unlock(struct __sk_buff *skb)
{
	bpf_spin_lock(&lock); struct bpf_rb_node *n = bpf_rbtree_first(&root); bpf_spin_unlock(&lock);
	return n ? container(n, struct leaf, beside)->key : 0;
}

SEC("tc") int cut_what_is_in_no_tree(struct __sk_buff *skb)
{
	struct leaf *i = NEW(struct leaf); if (!i) return 0;
	bpf_spin_lock(&lock); struct bpf_rb_node *n = bpf_rbtree_remove(&root, &i->beside); bpf_spin_unlock(&lock); if (n) DROP(container(n, struct leaf, beside)); DROP(i); return 0;
}

SEC("tc") int counted_twice(struct __sk_buff *skb)
{
	struct counted *c = NEW(struct counted); if (!c) return 0;
	struct counted *d = bpf_refcount_acquire_impl(c, 0); d->key = 1; DROP(c); DROP(d); return 0;
}

#define KEPT(name) __u32 zero = 0; struct value *name = bpf_map_lookup_elem(&kept, &zero); if (!name) return 0

SEC("tc") int exchanged(struct __sk_buff *skb)
{
	KEPT(v); struct plain *p = NEW(struct plain); if (!p) return 0; p = bpf_kptr_xchg(&v->kept, p); if (p) DROP(p); return 0;
}

SEC("tc") int exchanged_and_kept(struct __sk_buff *skb)
{
	KEPT(v); struct plain *p = bpf_kptr_xchg(&v->kept, (void *)0); return p != 0;
}

SEC("tc") int exchanged_with_another_kind(struct __sk_buff *skb)
{
	KEPT(v); struct counted *c = NEW(struct counted); if (!c) return 0; struct plain *p = bpf_kptr_xchg(&v->kept, (struct plain *)c); if (p) DROP(p); return 0;
}

SEC("tc") int stored(struct __sk_buff *skb)
{
	KEPT(v); *(volatile __u64 *)&v->kept = 0; return 0;
}

SEC("tc") int looked_at(struct __sk_buff *skb)
{
	KEPT(v); struct plain *p = v->kept; return p ? p->key : 0;
}

SEC("tc") int written_where_it_is(struct __sk_buff *skb)
{
	KEPT(v); struct plain *p = v->kept; if (p) p->key = 1; return 0;
}

SEC("tc") int half_read(struct __sk_buff *skb)
{
	KEPT(v); return *(volatile __u32 *)&v->kept;
}

SEC("syscall") int task_found(void *context)
{
	struct task_struct *t = bpf_task_from_pid(1); if (t) bpf_task_release(t); return 0;
}

SEC("syscall") int task_released_unchecked(void *context)
{
	struct task_struct *t = bpf_task_from_pid(1); bpf_task_release(t); return 0;
}

SEC("syscall") int task_kept(void *context)
{
	return bpf_task_from_pid(1) != 0;
}

struct seen { struct task_struct __kptr_untrusted *task; };
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct seen);
} seen SEC(".maps");

#define SEEN(name) __u32 zero = 0; struct seen *name = bpf_map_lookup_elem(&seen, &zero); if (!name || !name->task) return 0

SEC("tc") int stored_untrusted(struct __sk_buff *skb)
{
	SEEN(v); v->task = v->task; return 0;
}

SEC("tc") int stored_behind_its_begin(struct __sk_buff *skb)
{
	SEEN(v); v->task = (void *)v->task + 8; return 0;
}

SEC("tc") int stored_somewhere_in_it(struct __sk_buff *skb)
{
	SEEN(v); __u32 at = skb->protocol; if (at < 4 || at > 12) return 0; v->task = (void *)v->task + at; return 0;
}

own_section(other) struct bpf_spin_lock other_lock;

SEC("tc") int pushed_with_another_lock(struct __sk_buff *skb)
{
	struct item *i = NEW(struct item); if (!i) return 0; i->key = 1;
	bpf_spin_lock(&other_lock); bpf_list_push_back_impl(&head, &i->next, 0, 0); bpf_spin_unlock(&other_lock); return 0;
}

SEC("tc") int exchanged_somewhere(struct __sk_buff *skb)
{
	KEPT(v); __u32 at = skb->mark & 8; struct plain *p = bpf_kptr_xchg((void *)v + at, (void *)0); if (p) DROP(p); return 0;
}

extern void bpf_rcu_read_lock(void) __ksym;
extern void bpf_rcu_read_unlock(void) __ksym;
struct shared { struct leaf __kptr *leaf; };
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct shared);
} shared SEC(".maps");

SEC("tc") int node_looked_at(struct __sk_buff *skb)
{
	__u32 zero = 0; struct shared *v = bpf_map_lookup_elem(&shared, &zero); if (!v) return 0;
	bpf_rcu_read_lock(); struct leaf *l = v->leaf; int key = l ? l->key : 0; bpf_rcu_read_unlock(); return key;
}

SEC("socket") int not_for_this_type(struct __sk_buff *skb)
{
	struct plain *p = NEW(struct plain); if (p) DROP(p); return 0;
}

char LICENSE[] SEC("license") = "GPL";
