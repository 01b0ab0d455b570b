// What programs that are bound to ports are given in the contract plumgrid2013 (docs/ovs.md), beside what ovs.h has: helpers of
// PLUMgrid's code for Open vSwitch of 2013. Ports are numbers of the switch; loads and stores are in the machine's byte order.
#pragma once
#include "ovs.h"

// The packet leaves by the port once the program has ended; of several calls, also of the next helper, the first counts.
static void (*const bpf_forward)(struct __sk_buff *skb, __u32 port) = (void *)0x4f10;
// The program runs again, as if the packet had come in by that port.
static void (*const bpf_forward_self)(struct __sk_buff *skb, __u32 port) = (void *)0x4f11;
// A copy of the packet as it is now leaves by the port.
static void (*const bpf_clone_forward)(struct __sk_buff *skb, __u32 port) = (void *)0x4f12;
// A copy of the packet goes up to user space.
static void (*const bpf_channel_push_packet)(struct __sk_buff *skb) = (void *)0x4f13;

static __u8 (*const bpf_load_byte)(struct __sk_buff *skb, __u32 offset) = (void *)0x4f14;
static __u16 (*const bpf_load_half)(struct __sk_buff *skb, __u32 offset) = (void *)0x4f15;
static __u32 (*const bpf_load_word)(struct __sk_buff *skb, __u32 offset) = (void *)0x4f16;
static __u64 (*const bpf_load_dword)(struct __sk_buff *skb, __u32 offset) = (void *)0x4f17;
static int (*const bpf_load_bits)(struct __sk_buff *skb, __u32 offset, void *to, __u32 length) = (void *)0x4f18;
static void (*const bpf_store_byte)(struct __sk_buff *skb, __u32 offset, __u8 value) = (void *)0x4f19;
static void (*const bpf_store_half)(struct __sk_buff *skb, __u32 offset, __u16 value) = (void *)0x4f1a;
static void (*const bpf_store_word)(struct __sk_buff *skb, __u32 offset, __u32 value) = (void *)0x4f1b;
static void (*const bpf_store_dword)(struct __sk_buff *skb, __u32 offset, __u64 value) = (void *)0x4f1c;
static void (*const bpf_store_bits)(struct __sk_buff *skb, __u32 offset, const void *from, __u32 length) = (void *)0x4f1d;
