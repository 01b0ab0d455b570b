#include "common.h"
int initialised = 5; static int hidden = 9; long zeroes[4]; static volatile int quiet; const volatile int config = 7; static const char text[] = "hello";
struct { int a; char b; } shared SEC(".data.shared") = { 1, 2 }; const volatile long constant SEC(".rodata.more") = 3;
SEC("tc") int f(struct __sk_buff *skb) { zeroes[1] += hidden; quiet++; hidden = initialised; shared.a++; return config + text[skb->len & 3] + constant + zeroes[skb->mark & 3]; }
