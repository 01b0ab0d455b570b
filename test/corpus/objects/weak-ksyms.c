#include "common.h"
extern const int no_such_variable __ksym __weak; extern void no_such_function(int) __ksym __weak;
SEC("tc") int f(struct __sk_buff *skb) { if (&no_such_variable) return 1; if (no_such_function) no_such_function(3); return 0; }
