/** sizeof(struct sk_buff) and of skb_shared_info, in whole cache lines of 64 bytes (x86-64). */
const SKB = 256;
const SHARED_INFO = 320;
/** Room before the frame of a packet that a host sends (LL_MAX_HEADER and the like) and its rounding. */
const HEADROOM = 16;
/** Blocks for small packets (SKB_SMALL_HEAD_CACHE_SIZE). */
const SMALL = 704;

/**
 * Bytes of memory that Linux would count for a packet of that length (skb->truesize): its own, and those of the block that
 * alloc_skb takes for it.
 */
export function trueSize(length: number): number {
  const wanted = Math.ceil((length + HEADROOM) / 64) * 64 + SHARED_INFO;
  if (wanted <= SMALL) return SMALL + SKB;
  let block = 1024;
  while (block < wanted) block *= 2;
  return block + SKB;
}
