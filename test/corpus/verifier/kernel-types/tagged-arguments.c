#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

/* Arguments of global functions with tags: what callers may give, and what the function may do with it. */

#define TAG(name) __attribute__((btf_decl_tag("arg:" name)))
#define ALONE __attribute__((noinline)) int
typedef unsigned long long u64;

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct task_struct { int pid; struct task_struct *parent; };
struct task_struct___other { int pid; };
struct no_such_struct { int pid; };
#pragma clang attribute pop

extern struct task_struct *bpf_task_acquire(struct task_struct *task) __ksym;
extern void bpf_task_release(struct task_struct *task) __ksym;
extern void *bpf_rdonly_cast(const void *object, unsigned int type) __ksym;

ALONE pid_of(struct task_struct *t TAG("trusted")) { return t->pid; }
ALONE pid_or_none(struct task_struct *t TAG("trusted") TAG("nullable")) { return t ? t->pid : 0; }
ALONE pid_without_a_look(struct task_struct *t TAG("trusted") TAG("nullable")) { return t->pid; }
ALONE pid_of_flavour(struct task_struct___other *t TAG("trusted")) { return t->pid; }
ALONE kept(struct task_struct *t TAG("trusted"))
{
	struct task_struct *own = bpf_task_acquire(t); if (!own) return 1; bpf_task_release(own); return 0;
}
ALONE released(struct task_struct *t TAG("trusted")) { bpf_task_release(t); return 0; }
ALONE of_nothing(struct no_such_struct *t TAG("trusted")) { return t->pid; }
ALONE tagged_twice(struct task_struct *t TAG("trusted") TAG("untrusted")) { return t->pid; }
ALONE trusted_nonnull(struct task_struct *t TAG("trusted") TAG("nonnull")) { return t->pid; }
ALONE trusted_and_context(struct task_struct *t TAG("trusted") TAG("ctx")) { return t->pid; }
ALONE far_pid(struct task_struct *t TAG("untrusted")) { return t->parent->parent->pid; }
ALONE far_bytes(char *bytes TAG("untrusted")) { return bytes[0] + bytes[100000]; }
ALONE far_void(void *bytes TAG("untrusted")) { return *(int *)bytes; }
ALONE far_written(int *number TAG("untrusted")) { *number = 1; return 0; }
ALONE far_struct_written(struct task_struct *t TAG("untrusted")) { t->pid = 1; return 0; }
ALONE far_kept(struct task_struct *t TAG("untrusted")) { return kept(t); }
ALONE far_or_none(int *number TAG("untrusted") TAG("nullable")) { return *number; }

#define ARGUMENT ((struct task_struct *)args[0])

SEC("tp_btf/task_newtask") int trusted(u64 *args) { return pid_of(ARGUMENT); }
SEC("tp_btf/task_newtask") int trusted_null(u64 *args) { return pid_of(0); }
SEC("tp_btf/task_newtask") int trusted_parent(u64 *args) { return pid_of(ARGUMENT->parent); }
SEC("tp_btf/task_newtask") int trusted_number(u64 *args) { return pid_of((void *)5); }
SEC("tp_btf/task_newtask") int trusted_stack(u64 *args) { u64 own = 1; return pid_of((void *)&own); }
SEC("tp_btf/task_newtask") int trusted_member(u64 *args) { return pid_of((void *)&ARGUMENT->parent); }
SEC("tp_btf/task_newtask") int nullable(u64 *args) { return pid_or_none(ARGUMENT) + pid_or_none(0); }
SEC("tp_btf/task_newtask") int nullable_not_looked_at(u64 *args) { return pid_without_a_look(ARGUMENT); }
SEC("tp_btf/task_newtask") int flavour(u64 *args) { return pid_of_flavour((void *)ARGUMENT); }
SEC("tp_btf/task_newtask") int acquired(u64 *args) { return kept(ARGUMENT); }
SEC("tp_btf/task_newtask") int released_not_owned(u64 *args) { return released(ARGUMENT); }
SEC("tp_btf/task_newtask") int unknown_struct(u64 *args) { return of_nothing((void *)ARGUMENT); }
SEC("tp_btf/task_newtask") int contradictory(u64 *args) { return tagged_twice(ARGUMENT); }
SEC("tp_btf/task_newtask") int nonnull_besides(u64 *args) { return trusted_nonnull(ARGUMENT); }
SEC("tp_btf/task_newtask") int contradictory_context(u64 *args) { return trusted_and_context(ARGUMENT); }
SEC("tp_btf/task_newtask") int untrusted(u64 *args) { return far_pid(ARGUMENT); }
SEC("tp_btf/task_newtask") int untrusted_number(u64 *args) { return far_pid((void *)0x1234); }
SEC("tp_btf/task_newtask") int untrusted_bytes(u64 *args) { return far_bytes((void *)ARGUMENT) + far_void(0); }
SEC("tp_btf/task_newtask") int untrusted_written(u64 *args) { return far_written((void *)ARGUMENT); }
SEC("tp_btf/task_newtask") int untrusted_struct_written(u64 *args) { return far_struct_written(ARGUMENT); }
SEC("tp_btf/task_newtask") int untrusted_given_on(u64 *args) { return far_kept(ARGUMENT); }
SEC("tp_btf/task_newtask") int untrusted_nullable(u64 *args) { return far_or_none((void *)ARGUMENT); }

char LICENSE[] SEC("license") = "GPL";
