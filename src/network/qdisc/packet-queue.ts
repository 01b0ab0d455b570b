import type { Skb } from "../../packet/skb.ts";

/** Packets in the order in which they came: a ring that grows. */
export class PacketQueue {
  length = 0;
  /** Bytes of the packets in it. */
  backlog = 0;
  private ring: (Skb | undefined)[] = new Array(16).fill(undefined);
  private first = 0;

  push(skb: Skb): void {
    const size = this.ring.length;
    if (this.length === size) this.grow();
    this.ring[(this.first + this.length) & (this.ring.length - 1)] = skb;
    this.length++;
    this.backlog += skb.length;
  }

  peek(): Skb | undefined {
    return this.length === 0 ? undefined : this.ring[this.first];
  }

  shift(): Skb | undefined {
    if (this.length === 0) return undefined;
    const skb = this.ring[this.first]!;
    this.ring[this.first] = undefined;
    this.first = (this.first + 1) & (this.ring.length - 1);
    this.length--;
    this.backlog -= skb.length;
    return skb;
  }

  private grow(): void {
    const { ring, first } = this;
    this.ring = [...ring.slice(first), ...ring.slice(0, first), ...new Array(ring.length).fill(undefined)];
    this.first = 0;
  }
}
