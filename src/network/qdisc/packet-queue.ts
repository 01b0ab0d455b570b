import type { Skb } from "../../packet/skb.ts";
import { packetLength } from "./packet-length.ts";

/** Packets in the order in which they came: a ring that grows. */
export class PacketQueue {
  length = 0;
  /** Bytes of the packets in it. */
  backlog = 0;
  private ring: (Skb | undefined)[] = [];
  private first = 0;

  push(skb: Skb): void {
    if (this.length === this.ring.length) this.grow();
    this.ring[(this.first + this.length) & (this.ring.length - 1)] = skb;
    this.length++;
    this.backlog += packetLength(skb);
  }

  /** Before all others. */
  unshift(skb: Skb): void {
    if (this.length === this.ring.length) this.grow();
    this.first = (this.first - 1) & (this.ring.length - 1);
    this.ring[this.first] = skb;
    this.length++;
    this.backlog += packetLength(skb);
  }

  peek(): Skb | undefined {
    return this.length === 0 ? undefined : this.ring[this.first];
  }

  last(): Skb | undefined {
    return this.length === 0 ? undefined : this.ring[(this.first + this.length - 1) & (this.ring.length - 1)];
  }

  shift(): Skb | undefined {
    if (this.length === 0) return undefined;
    const skb = this.ring[this.first]!;
    this.ring[this.first] = undefined;
    this.first = (this.first + 1) & (this.ring.length - 1);
    this.length--;
    this.backlog -= packetLength(skb);
    return skb;
  }

  /** The last one. */
  pop(): Skb | undefined {
    if (this.length === 0) return undefined;
    const at = (this.first + --this.length) & (this.ring.length - 1);
    const skb = this.ring[at]!;
    this.ring[at] = undefined;
    this.backlog -= packetLength(skb);
    return skb;
  }

  /** Takes all out. */
  clear(each: (skb: Skb) => void): void {
    for (let skb = this.shift(); skb !== undefined; skb = this.shift()) each(skb);
  }

  private grow(): void {
    const { ring, first } = this;
    const more = Math.max(8, ring.length);
    this.ring = [...ring.slice(first), ...ring.slice(0, first), ...new Array(more).fill(undefined)];
    this.first = 0;
  }
}
