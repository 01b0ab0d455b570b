import type { Skb } from "../../packet/skb.ts";
import { StableHeap } from "../../simulation/stable-heap.ts";
import { PacketQueue } from "./packet-queue.ts";

/**
 * Packets by their `queueTime`, those of one time in the order in which they came. Most come in the order of their times and cost no
 * more than in a queue; others go to a heap (the linear list and the tree of sch_netem.c and sch_fq.c).
 */
export class TimeQueue {
  private readonly inOrder = new PacketQueue();
  private readonly others = new StableHeap<Skb>(({ queueTime }) => queueTime);

  get length(): number {
    return this.inOrder.length + this.others.length;
  }

  push(skb: Skb): void {
    const last = this.inOrder.last();
    if (last === undefined || skb.queueTime >= last.queueTime) this.inOrder.push(skb);
    else this.others.push(skb);
  }

  /** The one whose time comes first. */
  peek(): Skb | undefined {
    const other = this.others.peek();
    const head = this.inOrder.peek();
    if (other === undefined || head === undefined) return head ?? other;
    return other.queueTime < head.queueTime ? other : head;
  }

  shift(): Skb | undefined {
    return this.peek() === this.others.peek() ? this.others.shift() : this.inOrder.shift();
  }

  /** The latest time of all; undefined: there is none. */
  get latest(): number | undefined {
    let latest = this.inOrder.last()?.queueTime;
    for (const { queueTime } of this.others) if (latest === undefined || queueTime > latest) latest = queueTime;
    return latest;
  }

  clear(each: (skb: Skb) => void): void {
    for (let skb = this.shift(); skb !== undefined; skb = this.shift()) each(skb);
  }
}
