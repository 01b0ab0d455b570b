import { KernelEvents } from "../hooks/events/kernel-events.ts";
import type { ByteStore } from "../packet/bytestore.ts";
import type { DropReason } from "../packet/drop-reason.ts";
import type { Skb } from "../packet/skb.ts";
import type { SkbPool } from "../packet/skb-pool.ts";
import type { Observer } from "./observer.ts";

/**
 * Accounts for every packet: what comes into being ends exactly once, delivered or dropped for a named reason.
 * At the end of a run, created + copied = delivered + dropped + still queued.
 */
export class Ledger {
  /** Packets put on the network by traffic entries and by hosts. */
  created = 0;
  /** Further packets that were made out of one: by bridges, duplicating links, fragmentation, reassembly. */
  copied = 0;
  /** Packets that reached a consumer: a socket, or the protocol that they were for. */
  delivered = 0;
  /** Dropped packets by place and reason, in the order of their first one. */
  readonly drops: DropCounter[] = [];
  /** The same by place, then by reason. */
  private readonly counters = new Map<string, Map<DropReason, DropCounter>>();
  /** The one that was last used: packets are often dropped in long rows for one reason. */
  private last: DropCounter = { where: "", reason: "NO_SOCKET", packets: 0 };
  private limit = Number.POSITIVE_INFINITY;
  private atLimit: () => void = () => {};
  /** What the packets' ways tell programs that trace them. */
  readonly events: KernelEvents;
  private readonly nodes = new Map<string, string>();
  /** Where packets lie. */
  readonly store: ByteStore;
  private readonly pool: SkbPool;
  private readonly observer: Observer;

  constructor(pool: SkbPool, observer: Observer) {
    this.store = pool.store;
    this.pool = pool;
    this.observer = observer;
    this.events = new KernelEvents(pool.store);
  }

  /** Enters a new packet and numbers it. */
  enter(skb: Skb): Skb {
    skb.id = ++this.created;
    this.count();
    return skb;
  }

  /** Calls `atLimit` when `limit` packets have come into being, copies among them. */
  watch(limit: number, atLimit: () => void): void {
    this.limit = limit;
    this.atLimit = atLimit;
  }

  copy(skb: Skb): Skb {
    this.copied++;
    this.count();
    return this.pool.copy(skb);
  }

  /** A packet with the first `header` bytes of another's data, and `length` bytes that begin `from` bytes behind its beginning. */
  part(skb: Skb, header: number, from: number, length: number): Skb {
    this.copied++;
    this.count();
    return this.pool.part(skb, header, from, length);
  }

  /** A packet of `length` undefined bytes that is made out of another: it has the same number and metadata, its frame begins at its network header. */
  derive(from: Skb, length: number): Skb {
    this.copied++;
    this.count();
    const skb = this.pool.allocate(length);
    skb.protocol = from.protocol;
    skb.pktType = from.pktType;
    skb.ifindex = from.ifindex;
    skb.hatype = from.hatype;
    skb.mark = from.mark;
    skb.priority = from.priority;
    skb.socket = from.socket;
    skb.id = from.id;
    return skb;
  }

  /** The packet reached its consumer; `by` names it for the trace. */
  deliver(skb: Skb, where: string, by: string): void {
    this.delivered++;
    if (this.observer.tracing) this.observer.trace(skb, where, `delivered to ${by}`);
    if (this.events.isOn) this.events.packets.consume(this.nodeOf(where), skb);
    this.pool.release(skb);
  }

  drop(skb: Skb, where: string, reason: DropReason): void {
    this.counterOf(where, reason).packets++;
    if (this.observer.tracing) this.observer.trace(skb, where, `dropped: ${reason}`);
    if (this.events.isOn) this.events.packets.drop(this.nodeOf(where), skb, reason);
    this.pool.release(skb);
  }

  get dropped(): number {
    let sum = 0;
    for (const { packets } of this.drops) sum += packets;
    return sum;
  }

  /** The node of `node:interface`, `node/socket` and `node:interface -> ...`. */
  private nodeOf(where: string): string {
    let node = this.nodes.get(where);
    if (node === undefined) {
      node = /^[^:/ ]*/.exec(where)![0];
      this.nodes.set(where, node);
    }
    return node;
  }

  private count(): void {
    if (this.created + this.copied === this.limit) this.atLimit();
  }

  private counterOf(where: string, reason: DropReason): DropCounter {
    const { last } = this;
    if (last.where === where && last.reason === reason) return last;
    let reasons = this.counters.get(where);
    if (reasons === undefined) {
      reasons = new Map();
      this.counters.set(where, reasons);
    }
    let counter = reasons.get(reason);
    if (counter === undefined) {
      counter = { where, reason, packets: 0 };
      reasons.set(reason, counter);
      this.drops.push(counter);
    }
    this.last = counter;
    return counter;
  }
}

/** Packets that were dropped at one place for one reason. */
export interface DropCounter {
  readonly where: string;
  readonly reason: DropReason;
  packets: number;
}
