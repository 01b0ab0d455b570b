import { setCongestionExperienced } from "../../../packet/ecn.ts";
import { linearLength } from "../../../packet/linear-part.ts";
import { completeChecksum } from "../../../packet/partial-checksum.ts";
import type { Skb } from "../../../packet/skb.ts";
import { classOf } from "../classes.ts";
import { packetLength } from "../packet-length.ts";
import { PacketQueue } from "../packet-queue.ts";
import type { Qdisc, QdiscClass, QdiscSurroundings } from "../qdisc.ts";
import { Queue } from "../queue.ts";
import { TimeQueue } from "../time-queue.ts";
import { XMIT, type Xmit } from "../xmit.ts";
import { Correlated } from "./correlated.ts";
import { LossChain, type LossModel } from "./loss.ts";
import { type SlotOptions, Slots } from "./slots.ts";
import { spread } from "./spread.ts";
import { Taus113 } from "./taus113.ts";

/** A probability and how much each event depends on the one before; both of 32 bits. */
export interface Chance {
  readonly probability: number;
  readonly correlation: number;
}

/** Times in nanoseconds, rates in bytes a second, sizes in bytes. */
export interface NetemOptions {
  /** Packets. */
  readonly limit: number;
  readonly delay: number;
  readonly jitter: number;
  readonly delayCorrelation: number;
  /** A key of DISTRIBUTIONS; undefined: even within the jitter. */
  readonly distribution: string | undefined;
  readonly loss: LossModel;
  readonly lossCorrelation: number;
  readonly ecn: boolean;
  readonly duplicate: Chance;
  readonly corrupt: Chance;
  readonly reorder: Chance;
  /** Every how many packets one goes first; 0: none. */
  readonly gap: number;
  /** 0: as fast as can be. */
  readonly rate: number;
  readonly packetOverhead: number;
  readonly cellSize: number;
  readonly cellOverhead: number;
  /** Undefined: packets leave when their time has come. */
  readonly slot: SlotOptions | undefined;
  /** Undefined: drawn. */
  readonly seed: bigint | undefined;
}

/** A network in little (sch_netem.c): delay, loss, duplicates, damage, disorder and a rate. */
export class NetemQdisc extends Queue {
  private options: NetemOptions;
  private readonly first = new PacketQueue();
  private readonly waiting = new TimeQueue();
  private inner: Qdisc | undefined;
  private generator: Taus113;
  private delays!: Correlated;
  private losses!: Correlated;
  private duplicates!: Correlated;
  private corruptions!: Correlated;
  private reorderings!: Correlated;
  private chain!: LossChain;
  private slots: Slots | undefined;
  /** Packets since one went first. */
  private counter = 0;

  constructor(options: NetemOptions, surroundings: QdiscSurroundings) {
    super(surroundings);
    this.options = options;
    const { handle, chance } = surroundings;
    this.generator = new Taus113(options.seed ?? (BigInt(chance.uint32()) << 32n) | BigInt(chance.uint32()));
    this.inner = surroundings.child(handle + 1);
    this.configure();
  }

  /** Without a discipline inside there is no class either. */
  get classes(): readonly QdiscClass[] {
    return this.inner === undefined ? [] : [classOf(this.surroundings.handle + 1, () => this.inner!)];
  }

  enqueue(skb: Skb): Xmit {
    const { options, counts, surroundings } = this;
    let copies = 1;
    if (options.duplicate.probability > 0 && skb.tcDepth === 0 && hits(options.duplicate, this.duplicates)) copies++;
    if (this.isLost()) {
      if (options.ecn && setCongestionExperienced(surroundings.bytes, skb)) counts.dropped++;
      else copies--;
    }
    if (copies === 0) {
      counts.dropped++;
      surroundings.drop(skb, "QDISC_DROP");
      return XMIT.DROP;
    }
    const twin = copies > 1 ? surroundings.copy(skb) : undefined;
    if (options.corrupt.probability > 0 && hits(options.corrupt, this.corruptions)) {
      // Of a packet of many segments the first is damaged, and the others come behind it (netem_segment).
      if (skb.segmentSize !== 0) return this.enqueueCut(skb, twin);
      this.corrupt(skb);
    }
    return this.place(skb, twin);
  }

  private enqueueCut(skb: Skb, twin: Skb | undefined): Xmit {
    const { surroundings } = this;
    const whole = packetLength(skb);
    const rest: Skb[] = [];
    if (!surroundings.segment(skb, (one) => rest.push(one))) return this.drop(skb);
    const first = rest.shift()!;
    this.corrupt(first);
    let { length: bytes } = first;
    let packets = 1;
    const xmit = this.place(first, twin);
    if (xmit !== XMIT.SUCCESS) {
      packets = 0;
      bytes = 0;
    }
    for (const one of rest) {
      const { length } = one;
      if (this.enqueue(one) !== XMIT.SUCCESS) continue;
      packets++;
      bytes += length;
    }
    if (packets === 0) return XMIT.DROP;
    surroundings.reduced(1 - packets, whole - bytes);
    return XMIT.SUCCESS;
  }

  private place(skb: Skb, twin: Skb | undefined): Xmit {
    const { options, counts, surroundings } = this;
    if (this.length >= options.limit) {
      if (twin !== undefined) surroundings.drop(twin, "QDISC_DROP");
      return this.drop(skb);
    }
    if (twin !== undefined) {
      twin.tcDepth++;
      surroundings.requeue(twin);
    }
    this.add(skb);
    const isFirst =
      options.gap > 0 && this.counter >= options.gap - 1 && options.reorder.probability >= this.reorderings.next();
    if (isFirst) {
      skb.queueTime = surroundings.now();
      this.counter = 0;
      this.first.unshift(skb);
      counts.requeues++;
    } else {
      skb.queueTime = this.sendTime(packetLength(skb));
      this.counter++;
      this.waiting.push(skb);
    }
    return XMIT.SUCCESS;
  }

  change(options: NetemOptions): void {
    this.options = options;
    this.counter = 0;
    if (options.seed !== undefined) this.generator = new Taus113(options.seed);
    this.configure();
  }

  graft(_: number, qdisc: Qdisc | undefined): void {
    if (this.inner !== undefined) this.purge(this.inner);
    this.inner = qdisc;
  }

  protected take(): Skb | undefined {
    const { surroundings, waiting } = this;
    for (;;) {
      const first = this.first.shift();
      if (first !== undefined) return this.sent(first);
      const skb = waiting.peek();
      const now = surroundings.now();
      if (skb !== undefined) this.slots?.await(skb.queueTime, now);
      const time = skb && Math.max(skb.queueTime, this.slots?.next ?? 0);
      if (skb === undefined || time! > now) {
        const inner = this.inner?.dequeue();
        if (inner !== undefined) return this.sent(inner);
        if (time !== undefined) surroundings.wake(time);
        return undefined;
      }
      waiting.shift();
      this.slots?.left(packetLength(skb), now);
      if (this.inner === undefined) return this.sent(skb);
      this.handOn(skb, this.inner);
    }
  }

  protected clear(end: (skb: Skb) => void): void {
    this.first.clear(end);
    this.waiting.clear(end);
    this.inner?.reset();
  }

  private configure(): void {
    const { options, generator } = this;
    const correlated = (correlation: number) =>
      new Correlated(correlation, this.surroundings.chance.uint32(), generator);
    this.delays = correlated(options.delayCorrelation);
    this.losses = correlated(options.lossCorrelation);
    this.duplicates = correlated(options.duplicate.correlation);
    this.corruptions = correlated(options.corrupt.correlation);
    this.reorderings = correlated(options.reorder.correlation);
    this.chain = new LossChain(options.loss, generator);
    const { now, chance } = this.surroundings;
    this.slots = options.slot && new Slots(options.slot, now(), chance, generator);
  }

  private isLost(): boolean {
    const { loss } = this.options;
    if (loss.kind !== "random") return this.chain.next();
    return loss.probability > 0 && loss.probability >= this.losses.next();
  }

  /** Flips a bit of the frame. */
  private corrupt(skb: Skb): void {
    const { chance, bytes } = this.surroundings;
    if (skb.checksumStart !== 0) completeChecksum(bytes, skb);
    const linear = linearLength(skb);
    if (linear === 0) return;
    const at = skb.data + chance.below(linear);
    bytes[at] = bytes[at]! ^ (1 << chance.below(8));
  }

  /** When a packet's delay ends, after those that are there already where there is a rate. */
  private sendTime(length: number): number {
    const { options } = this;
    let from = this.surroundings.now();
    let delay = this.drawDelay();
    if (options.rate > 0) {
      const last = Math.max(this.first.last()?.queueTime ?? -1, this.waiting.latest ?? -1);
      if (last >= 0) {
        delay = Math.max(0, delay - (last - from));
        from = last;
      }
      delay += this.transmissionTime(length);
    }
    return from + delay;
  }

  /** tabledist */
  private drawDelay(): number {
    const { delay, jitter, distribution } = this.options;
    if (jitter === 0) return delay;
    return spread(this.delays.next(), delay, jitter, distribution);
  }

  /** packet_time_ns */
  private transmissionTime(length: number): number {
    const { rate, packetOverhead, cellSize, cellOverhead } = this.options;
    let bytes = length + packetOverhead;
    if (cellSize > 0) bytes = Math.ceil(bytes / cellSize) * (cellSize + cellOverhead);
    return Math.floor((bytes * 1e9) / rate);
  }

  /** A packet whose time has come goes to the discipline inside. */
  private handOn(skb: Skb, inner: Qdisc): void {
    const length = packetLength(skb);
    const xmit = inner.enqueue(skb);
    if (xmit === XMIT.SUCCESS) return;
    if (xmit !== XMIT.STOLEN) this.counts.dropped++;
    this.length--;
    this.backlog -= length;
    this.surroundings.reduced(1, length);
  }
}

const hits = ({ probability }: Chance, numbers: Correlated): boolean => probability >= numbers.next();
