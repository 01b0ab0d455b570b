#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

/* Functions of structs that the kernel takes from programs: what their arguments are, what they may write, call and return. */

typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long long u64;

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct sock_common { unsigned short skc_family; };
struct sock { struct sock_common __sk_common; unsigned long sk_pacing_rate; u32 sk_pacing_status; unsigned long sk_max_pacing_rate; };
struct inet_sock { struct sock sk; };
struct inet_connection_sock { struct inet_sock icsk_inet; struct { u8 pending; u8 retry; } icsk_ack; u64 icsk_ca_priv[13]; };
struct tcp_sock { struct inet_connection_sock inet_conn; u32 rcv_nxt; u32 snd_cwnd; u32 snd_cwnd_cnt; u32 snd_cwnd_stamp; u32 snd_ssthresh; u8 ecn_flags; u32 app_limited; };
struct ack_sample { u32 pkts_acked; };
struct rate_sample { u64 prior_mstamp; };
#pragma clang attribute pop
/* libbpf compares the members' names only. */
struct tcp_congestion_ops {
	u32 (*ssthresh)(struct sock *sk);
	void (*cong_avoid)(struct sock *sk, u32 ack, u32 acked);
	void (*set_state)(struct sock *sk, u8 new_state);
	void (*cwnd_event)(struct sock *sk, int ev);
	void (*in_ack_event)(struct sock *sk, u32 flags);
	void (*pkts_acked)(struct sock *sk, const struct ack_sample *sample);
	u32 (*min_tso_segs)(struct sock *sk);
	void (*cong_control)(struct sock *sk, u32 ack, int flag, const struct rate_sample *rs);
	u32 (*undo_cwnd)(struct sock *sk);
	u32 (*sndbuf_expand)(struct sock *sk);
	u64 (*get_info)(struct sock *sk, u32 ext, int *attr, void *info);
	char name[16];
	void (*init)(struct sock *sk);
	void (*release)(struct sock *sk);
};
struct bpf_dummy_ops_state { int val; };
struct bpf_dummy_ops {
	int (*test_1)(struct bpf_dummy_ops_state *cb);
	int (*test_2)(struct bpf_dummy_ops_state *cb, int a1, unsigned short a2, char a3, unsigned long a4);
	int (*test_sleepable)(struct bpf_dummy_ops_state *cb);
};

extern u32 tcp_reno_ssthresh(struct sock *sk) __ksym;
extern void tcp_reno_cong_avoid(struct sock *sk, u32 ack, u32 acked) __ksym;
extern u32 tcp_slow_start(struct tcp_sock *tp, u32 acked) __ksym;
extern void cubictcp_acked(struct sock *sk, const struct ack_sample *sample) __ksym;
extern int bpf_strlen(const char *s) __ksym;

#define OP SEC("struct_ops")
#define SK ((struct tcp_sock *)args[0])
#define STATE ((struct bpf_dummy_ops_state *)args[0])
#define WRITTEN(name, member, value) OP void name(u64 *args) { SK->member = (value); }

OP u32 threshold(u64 *args) { return SK->snd_ssthresh + tcp_reno_ssthresh((void *)SK); }
OP u32 no_such_argument(u64 *args) { return args[1]; }
OP u32 part_of_pointer(u64 *args) { return *(u32 *)args; }
OP u32 pointer_returned(u64 *args) { return *(volatile u64 *)args; }
OP u32 argument_written(u64 *args) { args[0] = 1; return 1; }
OP void number_argument(u64 *args) { SK->snd_cwnd = args[1]; }
OP void behind_the_last(u64 *args) { SK->snd_cwnd = args[4]; }
OP void sample_read(u64 *args) { struct ack_sample *s = (void *)args[1]; SK->snd_cwnd = s->pkts_acked; }
OP void sample_written(u64 *args) { struct ack_sample *s = (void *)args[1]; s->pkts_acked = 1; }
OP void sample_passed(u64 *args) { cubictcp_acked((void *)SK, (void *)args[1]); }
OP void wrong_struct_passed(u64 *args) { cubictcp_acked((void *)args[1], (void *)args[1]); }
OP void reno_called(u64 *args) { tcp_reno_cong_avoid((void *)SK, 1, 2); tcp_slow_start(SK, 3); }
WRITTEN(window, snd_cwnd, 10)
WRITTEN(window_count, snd_cwnd_cnt, 10)
WRITTEN(window_stamp, snd_cwnd_stamp, 10)
WRITTEN(ecn, ecn_flags, 1)
WRITTEN(limited, app_limited, 1)
WRITTEN(pending, inet_conn.icsk_ack.pending, 1)
WRITTEN(retry, inet_conn.icsk_ack.retry, 1)
WRITTEN(private_first, inet_conn.icsk_ca_priv[0], 1)
WRITTEN(private_last, inet_conn.icsk_ca_priv[12], 1)
WRITTEN(pacing_rate, inet_conn.icsk_inet.sk.sk_pacing_rate, 1)
WRITTEN(pacing_status, inet_conn.icsk_inet.sk.sk_pacing_status, 1)
WRITTEN(most_pacing_rate, inet_conn.icsk_inet.sk.sk_max_pacing_rate, 1)
WRITTEN(next_received, rcv_nxt, 1)
OP void window_wide(u64 *args) { *(volatile u64 *)&SK->snd_cwnd = 1; }
OP void private_inside(u64 *args) { *((u8 *)&SK->inet_conn.icsk_ca_priv + 5) = 1; }
OP void private_beyond(u64 *args) { *(u32 *)((u8 *)&SK->inet_conn.icsk_ca_priv + 102) = 1; }
OP void window_added(u64 *args) { __sync_fetch_and_add(&SK->snd_cwnd, 1); }
OP void acknowledged(u64 *args) { bpf_tcp_send_ack(SK, SK->rcv_nxt); }
OP void option_set(u64 *args) { int one = 1; bpf_setsockopt((void *)SK, 6, 1, &one, sizeof one); }
OP void option_read(u64 *args) { int one; bpf_getsockopt((void *)SK, 6, 1, &one, sizeof one); }
OP void option_set_at_last(u64 *args) { int one = 1; bpf_setsockopt((void *)SK, 6, 1, &one, sizeof one); }
OP void option_read_at_last(u64 *args) { int one; bpf_getsockopt((void *)SK, 6, 1, &one, sizeof one); }
OP void helper_of_packets(u64 *args) { bpf_skb_pull_data((void *)args, 1); }
OP void coarse_clock(u64 *args) { SK->snd_cwnd_stamp = bpf_ktime_get_coarse_ns(); }
OP u64 information(u64 *args) { return 0; }
SEC("struct_ops.s") u32 slept(u64 *args) { return SK->snd_cwnd; }

OP int state_read(u64 *args) { return STATE ? STATE->val : 0; }
OP int state_without_a_look(u64 *args) { return STATE->val; }
OP int state_written(u64 *args) { if (STATE) STATE->val = 1; return 0; }
OP int state_written_wide(u64 *args) { if (STATE) *(volatile u64 *)&STATE->val = 1; return 0; }
OP int helper_of_dummy(u64 *args) { return bpf_ktime_get_ns(); }
OP int five_arguments(u64 *args) { return STATE->val + (int)args[1] + (unsigned short)args[2] + (char)args[3] + args[4]; }
OP int sixth_argument(u64 *args) { return args[5]; }
SEC("struct_ops.s") int may_sleep(u64 *args) { return STATE->val; }
SEC("struct_ops.s") int may_not_sleep(u64 *args) { return 0; }
OP int in_no_struct(u64 *args) { return 0; }

#define CONTROL(n) SEC(".struct_ops.link") struct tcp_congestion_ops control_##n =
CONTROL(1) { .ssthresh = (void *)threshold, .cong_avoid = (void *)window, .set_state = (void *)window_count, .cwnd_event = (void *)window_stamp,
	.in_ack_event = (void *)ecn, .pkts_acked = (void *)sample_read, .min_tso_segs = (void *)part_of_pointer, .cong_control = (void *)behind_the_last,
	.undo_cwnd = (void *)no_such_argument, .sndbuf_expand = (void *)slept, .init = (void *)option_set, .release = (void *)option_set_at_last, .name = "one" };
CONTROL(2) { .ssthresh = (void *)pointer_returned, .cong_avoid = (void *)number_argument, .set_state = (void *)limited, .cwnd_event = (void *)pending,
	.in_ack_event = (void *)retry, .pkts_acked = (void *)sample_written, .init = (void *)option_read, .release = (void *)option_read_at_last, .name = "two" };
CONTROL(3) { .undo_cwnd = (void *)argument_written, .cong_avoid = (void *)private_first, .set_state = (void *)private_last, .cwnd_event = (void *)pacing_rate,
	.in_ack_event = (void *)pacing_status, .pkts_acked = (void *)sample_passed, .init = (void *)most_pacing_rate, .release = (void *)acknowledged, .name = "three" };
CONTROL(4) { .cong_avoid = (void *)next_received, .set_state = (void *)window_wide, .cwnd_event = (void *)private_inside, .in_ack_event = (void *)private_beyond,
	.pkts_acked = (void *)wrong_struct_passed, .init = (void *)window_added, .release = (void *)helper_of_packets, .name = "four" };
CONTROL(5) { .cong_avoid = (void *)reno_called, .init = (void *)coarse_clock, .get_info = (void *)information, .name = "five" };
#define DUMMY(n) SEC(".struct_ops") struct bpf_dummy_ops dummy_##n =
DUMMY(1) { .test_1 = (void *)state_read, .test_2 = (void *)five_arguments, .test_sleepable = (void *)may_sleep };
DUMMY(2) { .test_1 = (void *)state_without_a_look, .test_2 = (void *)sixth_argument, .test_sleepable = (void *)helper_of_dummy };
DUMMY(3) { .test_1 = (void *)state_written, .test_2 = (void *)may_not_sleep };
DUMMY(4) { .test_1 = (void *)state_written_wide };

char _license[] SEC("license") = "GPL";
