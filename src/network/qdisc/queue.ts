import type { Skb } from "../../packet/skb.ts";
import { countSent, noCounts } from "./counts.ts";
import { packetLength } from "./packet-length.ts";
import type { Qdisc, QdiscSurroundings } from "./qdisc.ts";
import { XMIT, type Xmit } from "./xmit.ts";

/**
 * What disciplines share: their figures, and a packet that was looked at before its turn. It was dequeued then, and counts as sent, but
 * still waits (qdisc_peek_dequeued, gso_skb).
 */
export abstract class Queue implements Qdisc {
  length = 0;
  backlog = 0;
  readonly counts = noCounts();
  protected readonly surroundings: QdiscSurroundings;
  private peeked: Skb | undefined;
  private lost = 0;
  private lostBytes = 0;

  constructor(surroundings: QdiscSurroundings) {
    this.surroundings = surroundings;
  }

  abstract enqueue(skb: Skb): Xmit;

  /** Takes the next packet out of the discipline's own queues. */
  protected abstract take(): Skb | undefined;

  /** Ends the packets in the discipline's own queues, which then hold none. */
  protected abstract clear(end: (skb: Skb) => void): void;

  reset(): void {
    const end = (skb: Skb) => this.surroundings.drop(skb, "QDISC_RESET");
    if (this.peeked !== undefined) end(this.peeked);
    this.peeked = undefined;
    this.clear(end);
    this.length = 0;
    this.backlog = 0;
  }

  dequeue(): Skb | undefined {
    const { peeked } = this;
    if (peeked !== undefined) {
      this.peeked = undefined;
      this.remove(peeked);
      return peeked;
    }
    const skb = this.take();
    if (this.lost > 0) this.tellLost();
    return skb;
  }

  peek(): Skb | undefined {
    if (this.peeked === undefined) {
      this.peeked = this.take();
      if (this.peeked !== undefined) this.add(this.peeked);
      if (this.lost > 0) this.tellLost();
    }
    return this.peeked;
  }

  /** Drops a packet that was taken out of the discipline's own queues while another was looked for. */
  protected lose(skb: Skb): void {
    this.lost++;
    this.lostBytes += packetLength(skb);
    this.drop(skb);
  }

  /** Those above learn it when the discipline's figures are right again. */
  private tellLost(): void {
    const { lost, lostBytes } = this;
    this.lost = 0;
    this.lostBytes = 0;
    this.surroundings.reduced(lost, lostBytes);
  }

  /** A packet waits. */
  protected add(skb: Skb): void {
    this.length++;
    this.backlog += packetLength(skb);
  }

  /** It waits no more, and was sent. */
  protected sent(skb: Skb): Skb {
    this.remove(skb);
    countSent(this.counts, skb);
    return skb;
  }

  /** It waits no more. */
  protected remove(skb: Skb): void {
    this.length--;
    this.backlog -= packetLength(skb);
  }

  /** There is no room for a packet (qdisc_drop). */
  protected drop(skb: Skb): Xmit {
    this.counts.dropped++;
    this.surroundings.drop(skb, "QDISC_DROP");
    return XMIT.DROP;
  }

  /** Filters have ended a packet, or have found no class for it. */
  protected unclassified(kind: "dropped" | "stolen" | "none", skb: Skb): Xmit {
    if (kind === "stolen") return XMIT.STOLEN;
    this.counts.dropped++;
    if (kind === "none") this.surroundings.drop(skb, "QDISC_FILTER");
    return XMIT.DROP;
  }

  /** Hands a packet to a discipline inside (qdisc_enqueue), and counts. */
  protected pass(skb: Skb, inner: Qdisc): Xmit {
    const length = packetLength(skb);
    const xmit = inner.enqueue(skb);
    if (xmit === XMIT.SUCCESS) {
      this.length++;
      this.backlog += length;
    } else if (xmit !== XMIT.STOLEN) this.counts.dropped++;
    return xmit;
  }

  /** Ends what waits in a discipline that is taken out of a class (qdisc_purge_queue). */
  protected purge(inner: Qdisc): void {
    const { length, backlog } = inner;
    inner.reset();
    if (length === 0) return;
    this.length -= length;
    this.backlog -= backlog;
    this.counts.dropped += length;
    this.surroundings.reduced(length, backlog);
  }
}
