import { setCongestionExperienced } from "../../../packet/ecn.ts";
import type { Skb } from "../../../packet/skb.ts";
import { StableHeap } from "../../../simulation/stable-heap.ts";
import { FlowList } from "../flow-list.ts";
import { packetLength } from "../packet-length.ts";
import { PacketQueue } from "../packet-queue.ts";
import type { QdiscSurroundings } from "../qdisc.ts";
import { Queue } from "../queue.ts";
import { XMIT, type Xmit } from "../xmit.ts";
import { Flow } from "./flow.ts";

export const BANDS = 3;

/** Rates in bytes a second, times in nanoseconds, sizes in bytes. */
export interface FqOptions {
  /** Packets of a band. */
  readonly limit: number;
  /** Packets of a flow. */
  readonly flowLimit: number;
  /** Undefined: twice, and ten times, the device's largest frame. */
  readonly quantum: number | undefined;
  readonly initialQuantum: number | undefined;
  /** Infinity: none. */
  readonly maxRate: number;
  readonly refillDelay: number;
  readonly lowRateThreshold: number;
  readonly pacing: boolean;
  readonly orphanMask: number;
  readonly buckets: number;
  readonly ceThreshold: number;
  readonly horizon: number;
  readonly horizonDrop: boolean;
  readonly timerSlack: number;
  readonly priomap: readonly number[];
  readonly weights: readonly number[];
}

/** Flows that are looked through for old ones when another comes (FQ_GC_MAX), and how old these are. */
const FORGOTTEN_AT_ONCE = 8;
const FORGOTTEN_AFTER = 3e9;
/** Packets of the fast path beyond which flows are told apart. */
const FAST_PATH_LIMIT = 8;

/** A third of the discipline: its flows take turns, and it has its weight among the others. */
class Band {
  readonly newFlows = new FlowList<Flow>();
  readonly oldFlows = new FlowList<Flow>();
  credit = 0;
  packets = 0;
  drops = 0;
}

/**
 * Fair queueing with pacing (sch_fq.c): a flow sends when its packets' times have come and not faster than its rate. Flows are told apart
 * by their hash, as those of unconnected sockets are in Linux; nobody here sets the pacing rate of a socket.
 */
export class FqQdisc extends Queue {
  private options: FqOptions;
  private quantum = 0;
  private initialQuantum = 0;
  private readonly flows = new Map<number, Flow>();
  private readonly bands = Array.from({ length: BANDS }, () => new Band());
  private bandNumber = 0;
  private readonly fast = new PacketQueue();
  private readonly delayed = new StableHeap<Flow>(({ nextTime }) => nextTime);
  private nextDelayed = Number.POSITIVE_INFINITY;
  private inactive = 0;
  private readonly statistics = {
    gc: 0,
    fastpath: 0,
    throttled: 0,
    flows_plimit: 0,
    pkts_too_long: 0,
    horizon_drops: 0,
    horizon_caps: 0,
    ce_mark: 0,
  };

  constructor(options: FqOptions, surroundings: QdiscSurroundings) {
    super(surroundings);
    this.options = options;
    this.configure();
  }

  enqueue(skb: Skb): Xmit {
    const { options, statistics } = this;
    const now = this.surroundings.now();
    const band = this.bands[options.priomap[skb.priority & 15]!]!;
    if (band.packets >= options.limit) {
      band.drops++;
      return this.refuse(skb, "FQ_BAND_LIMIT");
    }
    skb.queueTime = stampOf(skb) || now;
    if (skb.queueTime > now + options.horizon) {
      if (options.horizonDrop) {
        statistics.horizon_drops++;
        return this.refuse(skb, "FQ_HORIZON_LIMIT");
      }
      statistics.horizon_caps++;
      stamp(skb, now + options.horizon);
      skb.queueTime = now + options.horizon;
    }
    if (this.mayPass(skb, now)) {
      statistics.fastpath++;
      this.fast.push(skb);
    } else {
      const flow = this.flowOf(skb, now);
      if (flow.queue.length >= options.flowLimit) {
        statistics.flows_plimit++;
        return this.refuse(skb, "FQ_FLOW_LIMIT");
      }
      const number = options.priomap[skb.priority & 15]!;
      if (flow.place === "detached") {
        // It is listed in the band that it was in.
        this.bands[flow.band]!.newFlows.push(flow);
        flow.place = "listed";
        if (now - flow.since > options.refillDelay) flow.credit = Math.max(flow.credit, this.quantum);
      }
      flow.band = number;
      skb.queueNote = number;
      band.packets++;
      if (flow.queue.length === 0) this.inactive--;
      flow.queue.push(skb);
    }
    this.add(skb);
    return XMIT.SUCCESS;
  }

  change(options: FqOptions): void {
    this.options = options;
    this.configure();
    let packets = 0;
    let bytes = 0;
    while (this.length > options.limit) {
      const skb = this.dequeue();
      if (skb === undefined) break;
      packets++;
      bytes += packetLength(skb);
      this.surroundings.drop(skb, "QDISC_DROP");
    }
    if (packets > 0) this.surroundings.reduced(packets, bytes);
  }

  details(): Record<string, number> {
    const [one, two, three] = this.bands as [Band, Band, Band];
    const left = this.nextDelayed + this.options.timerSlack - this.surroundings.now();
    return {
      flows: this.flows.size,
      inactive: this.inactive,
      throttled: this.delayed.length,
      next_packet_delay: this.delayed.length === 0 ? 0 : left,
      band1_pkts: one.packets,
      band2_pkts: two.packets,
      band3_pkts: three.packets,
      ...prefixed(this.statistics),
      band1_drops: one.drops,
      band2_drops: two.drops,
      band3_drops: three.drops,
    };
  }

  protected take(): Skb | undefined {
    if (this.length === 0) return undefined;
    const quick = this.fast.shift();
    if (quick !== undefined) return this.sent(quick);
    const now = this.surroundings.now();
    this.release(now);
    for (;;) {
      const band = this.chooseBand();
      if (band === undefined) {
        // Nothing else wakes the machine before the timer has to go off.
        this.surroundings.wake(this.nextDelayed + this.options.timerSlack);
        return undefined;
      }
      const skb = this.serve(band, now);
      if (skb !== undefined) return this.sent(skb);
    }
  }

  protected clear(end: (skb: Skb) => void): void {
    this.fast.clear(end);
    for (const flow of this.flows.values()) flow.queue.clear(end);
    this.flows.clear();
    for (const band of this.bands) {
      band.newFlows.clear();
      band.oldFlows.clear();
      band.packets = 0;
    }
    while (this.delayed.shift() !== undefined);
    this.inactive = 0;
  }

  private configure(): void {
    const { quantum, initialQuantum } = this.options;
    const frame = Math.min(Math.max(this.surroundings.frameBytes, 1), 1 << 20);
    this.quantum = Math.min(Math.max(quantum ?? 2 * frame, 256), 1 << 20);
    this.initialQuantum = initialQuantum ?? Math.min(10 * frame, 1 << 20);
  }

  private refuse(skb: Skb, reason: "FQ_BAND_LIMIT" | "FQ_HORIZON_LIMIT" | "FQ_FLOW_LIMIT"): Xmit {
    this.counts.dropped++;
    this.surroundings.drop(skb, reason);
    return XMIT.DROP;
  }

  /** Nobody else has something to send now (fq_fastpath_check). */
  private mayPass(skb: Skb, now: number): boolean {
    if (skb.queueTime > now || this.options.maxRate !== Number.POSITIVE_INFINITY) return false;
    if (this.length === 0) return true;
    const isQuiet = this.flows.size === this.inactive + this.delayed.length;
    return isQuiet && this.fast.length < FAST_PATH_LIMIT && this.nextDelayed > now;
  }

  /** fq_classify */
  private flowOf(skb: Skb, now: number): Flow {
    const key = (this.surroundings.flowHash(skb) & this.options.orphanMask) >>> 0;
    const known = this.flows.get(key);
    if (known !== undefined) return known;
    this.forget(now);
    const flow = new Flow(this.initialQuantum);
    flow.since = now;
    this.flows.set(key, flow);
    this.inactive++;
    return flow;
  }

  /** fq_gc, over the oldest flows instead of those of a bucket. */
  private forget(now: number): void {
    let looked = 0;
    for (const [key, { place, since }] of this.flows) {
      if (++looked > FORGOTTEN_AT_ONCE) return;
      if (place !== "detached" || now <= since + FORGOTTEN_AFTER) continue;
      this.flows.delete(key);
      this.inactive--;
      this.statistics.gc++;
    }
  }

  /** Flows whose time has come have turns again (fq_check_throttled). */
  private release(now: number): void {
    if (this.nextDelayed > now) return;
    this.nextDelayed = Number.POSITIVE_INFINITY;
    for (let flow = this.delayed.peek(); flow !== undefined; flow = this.delayed.peek()) {
      if (flow.nextTime > now) {
        this.nextDelayed = flow.nextTime;
        return;
      }
      this.delayed.shift();
      this.list(flow, "oldFlows");
    }
  }

  private list(flow: Flow, which: "newFlows" | "oldFlows"): void {
    this.bands[flow.band]![which].push(flow);
    flow.place = "listed";
  }

  /** The band whose turn it is; undefined: none has flows that may send. */
  private chooseBand(): Band | undefined {
    const { bands, options } = this;
    const hasTurn = ({ credit, newFlows, oldFlows }: Band) => credit > 0 && newFlows.length + oldFlows.length > 0;
    for (let tried = 0; ; ) {
      const band = bands[this.bandNumber]!;
      if (hasTurn(band)) return band;
      if (++tried > BANDS) return undefined;
      this.bandNumber = (this.bandNumber + 1) % BANDS;
      const next = bands[this.bandNumber]!;
      const weight = options.weights[this.bandNumber]!;
      next.credit = Math.min(next.credit + weight, weight);
      // One in debt does not count as tried.
      if (next.credit <= 0) tried = 0;
    }
  }

  /** A packet of the band's next flow; undefined: the flow lost its turn. */
  private serve(band: Band, now: number): Skb | undefined {
    const isNew = band.newFlows.first !== undefined;
    const list = isNew ? band.newFlows : band.oldFlows;
    const flow = list.first!;
    if (flow.credit <= 0) {
      flow.credit += this.quantum;
      list.shift();
      this.list(flow, "oldFlows");
      return undefined;
    }
    const skb = flow.queue.peek();
    if (skb === undefined) {
      list.shift();
      if (isNew) this.list(flow, "oldFlows");
      else {
        flow.place = "detached";
        flow.since = now;
      }
      return undefined;
    }
    const time = Math.max(skb.queueTime, flow.nextTime);
    if (now < time) {
      list.shift();
      this.throttle(flow, time);
      return undefined;
    }
    if (now - time > this.options.ceThreshold) {
      setCongestionExperienced(this.surroundings.bytes, skb);
      this.statistics.ce_mark++;
    }
    flow.queue.shift();
    if (flow.queue.length === 0) this.inactive++;
    this.bands[skb.queueNote]!.packets--;
    flow.credit -= packetLength(skb);
    band.credit -= packetLength(skb);
    this.pace(flow, skb, now);
    return skb;
  }

  /** fq_flow_set_throttled */
  private throttle(flow: Flow, time: number): void {
    flow.nextTime = time;
    flow.place = "throttled";
    this.delayed.push(flow);
    this.statistics.throttled++;
    if (this.nextDelayed > time) this.nextDelayed = time;
  }

  /** When the flow may send again, by its rate (the end of fq_dequeue). */
  private pace(flow: Flow, skb: Skb, now: number): void {
    const { pacing, maxRate, lowRateThreshold } = this.options;
    if (!pacing) return;
    let bytes = packetLength(skb);
    if (stampOf(skb) === 0) {
      if (maxRate <= lowRateThreshold) flow.credit = 0;
      else {
        bytes = Math.max(bytes, this.quantum);
        if (flow.credit > 0) return;
      }
    }
    if (maxRate === Number.POSITIVE_INFINITY) return;
    let wait = bytes * 1e9;
    if (maxRate > 0) wait = Math.floor(wait / maxRate);
    if (wait > 1e9) {
      wait = 1e9;
      this.statistics.pkts_too_long++;
    }
    if (flow.nextTime > 0) wait -= Math.min(Math.floor(wait / 2), now - flow.nextTime);
    flow.nextTime = now + wait;
  }
}

/** The packet's own time, nanoseconds; 0: none (skb->tstamp). */
const stampOf = ({ timestampHigh, timestampLow }: Skb): number => timestampHigh * 0x1_0000_0000 + (timestampLow >>> 0);

function stamp(skb: Skb, time: number): void {
  skb.timestampHigh = Math.floor(time / 0x1_0000_0000) | 0;
  skb.timestampLow = time | 0;
}

/** The names of the result are one level deep; `throttled` is already the number of flows that wait. */
const prefixed = ({ throttled, ...others }: Readonly<Record<string, number>>): Record<string, number> => ({
  throttled_packets: throttled!,
  ...others,
});
