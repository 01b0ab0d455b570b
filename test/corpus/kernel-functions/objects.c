#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

/* Objects that programs allocate, and the lists, trees and maps that hold them. Each program returns what it found. */

#define __contains(of, member) __attribute__((btf_decl_tag("contains:" #of ":" #member)))
#define own_section(name) SEC(".data." #name) __attribute__((aligned(8)))
#define __kptr __attribute__((btf_type_tag("kptr")))
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
extern int bpf_list_push_front_impl(struct bpf_list_head *head, struct bpf_list_node *node, void *meta, __u64 offset) __ksym;
extern struct bpf_list_node *bpf_list_pop_front(struct bpf_list_head *head) __ksym;
extern struct bpf_list_node *bpf_list_pop_back(struct bpf_list_head *head) __ksym;
extern struct bpf_list_node *bpf_list_front(struct bpf_list_head *head) __ksym;
extern struct bpf_list_node *bpf_list_back(struct bpf_list_head *head) __ksym;
extern int bpf_rbtree_add_impl(struct bpf_rb_root *root, struct bpf_rb_node *node, _Bool (less)(struct bpf_rb_node *, const struct bpf_rb_node *), void *meta, __u64 offset) __ksym;
extern struct bpf_rb_node *bpf_rbtree_first(struct bpf_rb_root *root) __ksym;
extern struct bpf_rb_node *bpf_rbtree_root(struct bpf_rb_root *root) __ksym;
extern struct bpf_rb_node *bpf_rbtree_left(struct bpf_rb_root *root, struct bpf_rb_node *node) __ksym;
extern struct bpf_rb_node *bpf_rbtree_right(struct bpf_rb_root *root, struct bpf_rb_node *node) __ksym;
extern struct bpf_rb_node *bpf_rbtree_remove(struct bpf_rb_root *root, struct bpf_rb_node *node) __ksym;

struct item { struct bpf_list_node next; __u64 key; };
struct leaf { struct bpf_rb_node beside; __u64 key; };
struct shared { struct bpf_list_node next; struct bpf_refcount count; __u64 key; };
struct plain { __u64 key; __u32 other; };

struct value { struct plain __kptr *kept; __u64 number; };
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, struct value);
} kept SEC(".maps");
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, struct value);
} hashed SEC(".maps");

own_section(queue) struct bpf_spin_lock lock;
own_section(queue) struct bpf_list_head head __contains(item, next);
own_section(tree) struct bpf_spin_lock tree_lock;
own_section(tree) struct bpf_rb_root root __contains(leaf, beside);
own_section(counted) struct bpf_spin_lock counted_lock;
own_section(counted) struct bpf_list_head counted __contains(shared, next);

#define NEW(type) bpf_obj_new_impl(__builtin_btf_type_id(*(type *)0, 0), 0)
#define DROP(object) bpf_obj_drop_impl(object, 0)

SEC("tc") int allocated(struct __sk_buff *skb)
{
	struct plain *p = NEW(struct plain);
	if (!p)
		return -1;
	p->key = skb->len;
	p->other = 7;
	int found = p->key * 10 + p->other;
	DROP(p);
	return found;
}

static int push(__u64 key, int front)
{
	struct item *it = NEW(struct item);
	if (!it)
		return -100;
	it->key = key;
	bpf_spin_lock(&lock);
	int done = front ? bpf_list_push_front_impl(&head, &it->next, 0, 0) : bpf_list_push_back_impl(&head, &it->next, 0, 0);
	bpf_spin_unlock(&lock);
	return done;
}

static int pop(int front)
{
	bpf_spin_lock(&lock);
	struct bpf_list_node *node = front ? bpf_list_pop_front(&head) : bpf_list_pop_back(&head);
	bpf_spin_unlock(&lock);
	if (!node)
		return 9;
	struct item *it = container(node, struct item, next);
	int key = it->key;
	DROP(it);
	return key;
}

SEC("tc") int listed(struct __sk_buff *skb)
{
	int digits = pop(1);
	push(1, 0);
	push(2, 0);
	push(3, 1);
	push(4, 1);
	digits = digits * 10 + pop(0);
	digits = digits * 10 + pop(1);
	push(5, 0);
	digits = digits * 10 + pop(1);
	digits = digits * 10 + pop(1);
	digits = digits * 10 + pop(0);
	digits = digits * 10 + pop(0);
	return digits;
}

SEC("tc") int peeked(struct __sk_buff *skb)
{
	int digits = 0;
	push(6, 0);
	push(7, 0);
	bpf_spin_lock(&lock);
	struct bpf_list_node *node = bpf_list_front(&head);
	if (node)
		digits = container(node, struct item, next)->key;
	node = bpf_list_back(&head);
	if (node)
		digits = digits * 10 + container(node, struct item, next)->key;
	bpf_spin_unlock(&lock);
	digits = digits * 10 + pop(1);
	digits = digits * 10 + pop(1);
	return digits * 10 + pop(1);
}

/* A counted object is in a list once only; whoever tries again loses the reference. */
SEC("tc") int pushed_twice(struct __sk_buff *skb)
{
	struct shared *one = NEW(struct shared);
	if (!one)
		return -100;
	one->key = 5;
	struct shared *other = bpf_refcount_acquire_impl(one, 0);
	struct shared *third = bpf_refcount_acquire_impl(one, 0);
	bpf_spin_lock(&counted_lock);
	int first = bpf_list_push_back_impl(&counted, &one->next, 0, 0);
	bpf_spin_unlock(&counted_lock);
	if (!other) {
		if (third)
			DROP(third);
		return -101;
	}
	bpf_spin_lock(&counted_lock);
	int second = bpf_list_push_back_impl(&counted, &other->next, 0, 0);
	bpf_spin_unlock(&counted_lock);
	if (!third)
		return -102;
	int key = third->key;
	DROP(third);
	bpf_spin_lock(&counted_lock);
	struct bpf_list_node *node = bpf_list_pop_front(&counted);
	bpf_spin_unlock(&counted_lock);
	if (node) {
		struct shared *back = container(node, struct shared, next);
		key = key * 10 + back->key;
		DROP(back);
	}
	return key * 1000 - second + first;
}

static _Bool less(struct bpf_rb_node *a, const struct bpf_rb_node *b)
{
	return container(a, struct leaf, beside)->key < container(b, struct leaf, beside)->key;
}

static int add(__u64 key)
{
	struct leaf *it = NEW(struct leaf);
	if (!it)
		return -100;
	it->key = key;
	bpf_spin_lock(&tree_lock);
	int done = bpf_rbtree_add_impl(&root, &it->beside, less, 0, 0);
	bpf_spin_unlock(&tree_lock);
	return done;
}

/* The keys on one way down, as base 31. */
static __u64 way(int turns)
{
	__u64 digits = 0;
	bpf_spin_lock(&tree_lock);
	struct bpf_rb_node *node = bpf_rbtree_root(&root);
	if (!node)
		goto out;
	digits = container(node, struct leaf, beside)->key;
	for (int i = 0; i < 3; i++) {
		if (turns & (1 << i))
			node = bpf_rbtree_right(&root, node);
		else
			node = bpf_rbtree_left(&root, node);
		if (!node)
			goto out;
		digits = digits * 31 + container(node, struct leaf, beside)->key;
	}
out:
	bpf_spin_unlock(&tree_lock);
	return digits;
}

static __noinline int shape(void)
{
	int digits = 0;
	for (int i = 0; i < 8; i++)
		digits = digits * 7 + way(i);
	return digits;
}

static __noinline int remove_first(void)
{
	int key = 0;
	bpf_spin_lock(&tree_lock);
	struct bpf_rb_node *node = bpf_rbtree_first(&root);
	if (node)
		node = bpf_rbtree_remove(&root, node);
	bpf_spin_unlock(&tree_lock);
	if (!node)
		return -1;
	struct leaf *it = container(node, struct leaf, beside);
	key = it->key;
	DROP(it);
	return key;
}

static __noinline int remove_root(void)
{
	int key = 0;
	bpf_spin_lock(&tree_lock);
	struct bpf_rb_node *node = bpf_rbtree_root(&root);
	if (node)
		node = bpf_rbtree_remove(&root, node);
	bpf_spin_unlock(&tree_lock);
	if (!node)
		return -1;
	struct leaf *it = container(node, struct leaf, beside);
	key = it->key;
	DROP(it);
	return key;
}

static __noinline int fill(unsigned int seed, int count)
{
	for (int i = 0; i < count && i < 40; i++) {
		seed = seed * 1664525 + 1013904223;
		add(seed >> 27);
	}
	return 0;
}

SEC("tc") int ordered(struct __sk_buff *skb)
{
	int digits = 0;
	fill(skb->mark + 1, 20);
	for (int i = 0; i < 20; i++)
		digits = digits * 31 + remove_first();
	return digits * 31 + remove_first();
}

SEC("tc") int balanced(struct __sk_buff *skb)
{
	int digits = 0;
	fill(3, 40);
	digits = shape();
	for (int i = 0; i < 30; i++) {
		digits = digits * 31 + (i % 3 ? remove_root() : remove_first());
		digits = digits * 31 + shape();
	}
	fill(11, 9);
	digits = digits * 31 + shape();
	for (int i = 0; i < 19; i++)
		digits = digits * 31 + remove_root();
	return digits;
}

SEC("tc") int kept_in_array(struct __sk_buff *skb)
{
	__u32 key = 1;
	struct value *value = bpf_map_lookup_elem(&kept, &key);
	struct plain *p = NEW(struct plain);
	if (!p)
		return -100;
	if (!value) {
		DROP(p);
		return -101;
	}
	p->key = 33;
	p = bpf_kptr_xchg(&value->kept, p);
	if (p) {
		DROP(p);
		return -102;
	}
	p = bpf_kptr_xchg(&value->kept, 0);
	if (!p)
		return -103;
	int found = p->key;
	p = bpf_kptr_xchg(&value->kept, p);
	if (p)
		DROP(p);
	/* An update gives up what the value held. */
	struct value fresh = { .number = 5 };
	bpf_map_update_elem(&kept, &key, &fresh, 0);
	p = bpf_kptr_xchg(&value->kept, 0);
	if (p) {
		DROP(p);
		return -104;
	}
	return found * 10 + value->number;
}

SEC("tc") int kept_in_hash(struct __sk_buff *skb)
{
	__u32 key = 1;
	struct value fresh = { .number = 6 };
	bpf_map_update_elem(&hashed, &key, &fresh, 0);
	struct value *value = bpf_map_lookup_elem(&hashed, &key);
	struct plain *p = NEW(struct plain);
	if (!p)
		return -100;
	if (!value) {
		DROP(p);
		return -101;
	}
	p->key = 44;
	p = bpf_kptr_xchg(&value->kept, p);
	if (p)
		DROP(p);
	bpf_map_delete_elem(&hashed, &key);
	bpf_map_update_elem(&hashed, &key, &fresh, 0);
	value = bpf_map_lookup_elem(&hashed, &key);
	if (!value)
		return -102;
	p = bpf_kptr_xchg(&value->kept, 0);
	bpf_map_delete_elem(&hashed, &key);
	if (p) {
		DROP(p);
		return -103;
	}
	return 6;
}

char _license[] SEC("license") = "GPL";
