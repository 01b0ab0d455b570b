#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

/* Strings, bits and dynptrs. Each program returns what it found, mixed into one number. */

extern int bpf_strcmp(const char *s1, const char *s2) __ksym;
extern int bpf_strcasecmp(const char *s1, const char *s2) __ksym;
extern int bpf_strchr(const char *s, char c) __ksym;
extern int bpf_strchrnul(const char *s, char c) __ksym;
extern int bpf_strnchr(const char *s, __u64 count, char c) __ksym;
extern int bpf_strrchr(const char *s, char c) __ksym;
extern int bpf_strlen(const char *s) __ksym;
extern int bpf_strnlen(const char *s, __u64 count) __ksym;
extern int bpf_strspn(const char *s, const char *accept) __ksym;
extern int bpf_strcspn(const char *s, const char *reject) __ksym;
extern int bpf_strstr(const char *s, const char *wanted) __ksym;
extern int bpf_strnstr(const char *s, const char *wanted, __u64 most) __ksym;

struct bpf_iter_bits { __u64 opaque[2]; } __attribute__((aligned(8)));
extern int bpf_iter_bits_new(struct bpf_iter_bits *it, const __u64 *words, __u32 count) __ksym;
extern int *bpf_iter_bits_next(struct bpf_iter_bits *it) __ksym;
extern void bpf_iter_bits_destroy(struct bpf_iter_bits *it) __ksym;

extern int bpf_dynptr_copy(struct bpf_dynptr *to, __u64 to_offset, struct bpf_dynptr *from, __u64 from_offset, __u64 size) __ksym;
extern int bpf_dynptr_memset(struct bpf_dynptr *to, __u64 offset, __u64 size, __u8 byte) __ksym;

const volatile char text[] = "hello, world of strings";
const volatile char upper[] = "HELLO, World of Strings";
const volatile char high[] = "hell\xf6";
const volatile char part[] = "world";
const volatile char tail[] = "strings";
const volatile char vowels[] = "aeioulh";
const volatile char empty[] = "";
char unterminated[70000] = { [0 ... 69999] = 'a' };
__u64 words[4] = { 0x8000000000000001, 0, 0x10, 0x7000000000000000 };
char buffer[64];

#define S(name) ((const char *)(name))
#define MIX(value) mixed = mixed * 37 + (value)

SEC("tc") int compared(struct __sk_buff *skb)
{
	int mixed = 0;
	MIX(bpf_strcmp(S(text), S(text)));
	MIX(bpf_strcmp(S(text), S(upper)));
	MIX(bpf_strcmp(S(upper), S(text)));
	MIX(bpf_strcmp(S(text), S(high)));
	MIX(bpf_strcmp(S(empty), S(text)));
	MIX(bpf_strcmp(0, S(text)));
	MIX(bpf_strcasecmp(S(text), S(upper)));
	MIX(bpf_strcasecmp(S(part), S(upper)));
	return mixed;
}

SEC("tc") int found(struct __sk_buff *skb)
{
	int mixed = 0;
	MIX(bpf_strchr(S(text), 'o'));
	MIX(bpf_strchr(S(text), 'z'));
	MIX(bpf_strchr(S(text), 0));
	MIX(bpf_strchr(S(high), (char)0xf6));
	MIX(bpf_strchrnul(S(text), 'w'));
	MIX(bpf_strchrnul(S(text), 'z'));
	MIX(bpf_strnchr(S(text), 4, 'o'));
	MIX(bpf_strnchr(S(text), 5, 'o'));
	MIX(bpf_strnchr(S(text), 0, 'h'));
	MIX(bpf_strnchr(S(text), ~0ULL, 'g'));
	MIX(bpf_strrchr(S(text), 's'));
	MIX(bpf_strrchr(S(text), 0));
	MIX(bpf_strrchr(S(text), 'q'));
	return mixed;
}

SEC("tc") int measured(struct __sk_buff *skb)
{
	int mixed = 0;
	MIX(bpf_strlen(S(text)));
	MIX(bpf_strlen(S(empty)));
	MIX(bpf_strnlen(S(text), 5));
	MIX(bpf_strnlen(S(text), 500));
	MIX(bpf_strnlen(S(text), 0));
	MIX(bpf_strspn(S(text), S(vowels)));
	MIX(bpf_strspn(S(text), S(empty)));
	MIX(bpf_strcspn(S(text), S(part)));
	MIX(bpf_strcspn(S(text), S(empty)));
	return mixed;
}

SEC("tc") int searched(struct __sk_buff *skb)
{
	int mixed = 0;
	MIX(bpf_strstr(S(text), S(part)));
	MIX(bpf_strstr(S(text), S(tail)));
	MIX(bpf_strstr(S(text), S(upper)));
	MIX(bpf_strstr(S(text), S(empty)));
	MIX(bpf_strstr(S(empty), S(text)));
	MIX(bpf_strnstr(S(text), S(part), 11));
	MIX(bpf_strnstr(S(text), S(part), 12));
	MIX(bpf_strnstr(S(text), S(part), 13));
	MIX(bpf_strnstr(S(text), S(empty), 0));
	return mixed;
}

SEC("tc") int nowhere(struct __sk_buff *skb)
{
	int mixed = 0;
	MIX(bpf_strlen(0));
	MIX(bpf_strstr(S(text), 0));
	MIX(bpf_strspn(0, S(text)));
	return mixed;
}

SEC("tc") int without_end(struct __sk_buff *skb)
{
	int mixed = 0;
	MIX(bpf_strlen(unterminated));
	MIX(bpf_strchr(unterminated, 'b'));
	MIX(bpf_strrchr(unterminated, 'a'));
	MIX(bpf_strcmp(unterminated, unterminated));
	return mixed;
}

static __noinline int bits_of(__u32 count)
{
	struct bpf_iter_bits it;
	int mixed = 0;
	int *bit;
	MIX(bpf_iter_bits_new(&it, words, count));
	while ((bit = bpf_iter_bits_next(&it)))
		MIX(*bit);
	bpf_iter_bits_destroy(&it);
	return mixed;
}

SEC("tc") int iterated(struct __sk_buff *skb)
{
	int mixed = 0;
	MIX(bits_of(1));
	MIX(bits_of(4));
	MIX(bits_of(3));
	MIX(bits_of(0));
	MIX(bits_of(512));
	return mixed;
}

SEC("tc") int copied(struct __sk_buff *skb)
{
	struct bpf_dynptr whole, half;
	int mixed = 0;
	for (int i = 0; i < 64; i++)
		buffer[i] = i;
	bpf_dynptr_from_mem(buffer, 64, 0, &whole);
	bpf_dynptr_from_mem(buffer + 32, 32, 0, &half);
	MIX(bpf_dynptr_copy(&whole, 2, &half, 4, 8));
	MIX(bpf_dynptr_copy(&whole, 4, &whole, 2, 8));
	MIX(bpf_dynptr_copy(&whole, 60, &half, 0, 8));
	MIX(bpf_dynptr_copy(&whole, 0, &half, 30, 8));
	MIX(bpf_dynptr_memset(&half, 3, 5, 0x5a));
	MIX(bpf_dynptr_memset(&half, 30, 5, 0x5a));
	for (int i = 0; i < 64; i++)
		MIX(buffer[i]);
	return mixed;
}

char _license[] SEC("license") = "GPL";
