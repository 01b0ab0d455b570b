import type { Skb } from "./skb.ts";

/** Bytes that programs reach in place (skb_headlen). */
export function linearLength(skb: Skb): number {
  return skb.length - Math.min(skb.dataLength, skb.length);
}

/** Sees to it that the first `length` bytes are in the linear part (pskb_may_pull). False: the packet has not so many. */
export function pull(skb: Skb, length: number): boolean {
  if (length > skb.length) return false;
  if (skb.dataLength > skb.length - length) skb.dataLength = skb.length - length;
  return true;
}

/** Cuts off what lies behind the first `length` bytes (pskb_trim): of what is not linear first. */
export function trim(skb: Skb, length: number): void {
  if (skb.dataLength > 0) skb.dataLength = Math.max(0, skb.dataLength - (skb.length - length));
  skb.length = length;
}
