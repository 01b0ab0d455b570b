/**
 * Bytes of the largest packet that helpers make: what four pages of 4 KiB hold beside `struct skb_shared_info` (BPF_SKB_MAX_LEN,
 * SKB_MAX_ALLOC).
 */
export const LARGEST_PACKET = 16_064;
