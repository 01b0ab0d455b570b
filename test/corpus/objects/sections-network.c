#include "common.h"
SEC("tc") int p1(struct __sk_buff *s) { return 0; } SEC("classifier") int p2(struct __sk_buff *s) { return 0; } SEC("action") int p3(struct __sk_buff *s) { return 0; }
SEC("xdp") int p4(struct xdp_md *s) { return 2; } SEC("xdp/devmap") int p5(struct xdp_md *s) { return 2; } SEC("xdp/cpumap") int p6(struct xdp_md *s) { return 2; } SEC("xdp.frags") int p7(struct xdp_md *s) { return 2; }
SEC("lwt_in") int p8(struct __sk_buff *s) { return 0; } SEC("lwt_out") int p9(struct __sk_buff *s) { return 0; } SEC("lwt_xmit") int p10(struct __sk_buff *s) { return 0; } SEC("lwt_seg6local") int p11(struct __sk_buff *s) { return 0; }
SEC("sk_skb") int p12(struct __sk_buff *s) { return 1; } SEC("sk_skb/stream_parser") int p13(struct __sk_buff *s) { return 1; } SEC("sk_skb/stream_verdict") int p14(struct __sk_buff *s) { return 1; } SEC("sk_msg") int p15(void *s) { return 1; }
SEC("sk_reuseport") int p16(void *s) { return 1; } SEC("sk_reuseport/migrate") int p17(void *s) { return 1; } SEC("sk_lookup") int p18(void *s) { return 1; } SEC("flow_dissector") int p19(struct __sk_buff *s) { return 0; } SEC("sockops") int p20(void *s) { return 1; }
