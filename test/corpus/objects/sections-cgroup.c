#include "common.h"
#define P(N, S) SEC(S) int N(void *ctx) { return 1; }
P(c1, "cgroup_skb/ingress") P(c2, "cgroup_skb/egress") P(c3, "cgroup/skb") P(c4, "cgroup/sock_create") P(c5, "cgroup/sock_release") P(c6, "cgroup/sock") P(c7, "cgroup/post_bind4") P(c8, "cgroup/post_bind6") P(c9, "cgroup/bind4") P(c10, "cgroup/bind6")
P(c11, "cgroup/connect4") P(c12, "cgroup/connect6") P(c13, "cgroup/sendmsg4") P(c14, "cgroup/sendmsg6") P(c15, "cgroup/recvmsg4") P(c16, "cgroup/recvmsg6") P(c17, "cgroup/getpeername4") P(c18, "cgroup/getpeername6") P(c19, "cgroup/getsockname4") P(c20, "cgroup/getsockname6") P(c21, "cgroup/sysctl") P(c22, "cgroup/getsockopt") P(c23, "cgroup/setsockopt") P(c24, "cgroup/dev")
