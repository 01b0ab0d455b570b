import { majorOf, minorOf } from "../../../hooks/tc/verdict.ts";
import { setCongestionExperienced } from "../../../packet/ecn.ts";
import type { Skb } from "../../../packet/skb.ts";
import { noCounts } from "../counts.ts";
import { packetLength } from "../packet-length.ts";
import type { QdiscClass, QdiscSurroundings } from "../qdisc.ts";
import { Queue } from "../queue.ts";
import { KEEP, MARK_BY_CHANCE, RedAverage, type RedParameters } from "../red/average.ts";
import { XMIT, type Xmit } from "../xmit.ts";
import { Depths } from "./depths.ts";
import { Slot } from "./slot.ts";

/** Packets of one flow at most (SFQ_MAX_DEPTH). */
export const MAX_DEPTH = 127;

export interface SfqOptions {
  /** Packets. */
  readonly limit: number;
  /** Size of the hash table. */
  readonly divisor: number;
  readonly flows: number;
  /** Packets of one flow. */
  readonly depth: number;
  /** Bytes; undefined: the device's largest frame. */
  readonly quantum: number | undefined;
  /** Nanoseconds between two changes of the hash; 0: it stays. */
  readonly perturb: number;
  readonly headdrop: boolean;
  readonly ecn: boolean;
  readonly harddrop: boolean;
  readonly red: RedParameters | undefined;
}

/** Stochastic fairness (sch_sfq.c): flows, told apart by a hash, take turns of so many bytes. */
export class SfqQdisc extends Queue {
  private options: SfqOptions;
  private quantum: number;
  private readonly table: (Slot | undefined)[];
  private readonly slots: readonly Slot[];
  private readonly depths = new Depths(MAX_DEPTH);
  /** The flow that had its turn; undefined: none has packets. */
  private tail: Slot | undefined;
  private seed: number;
  /** When the hash was last changed. */
  private perturbed: number;
  private readonly statistics = {
    prob_mark: 0,
    prob_mark_head: 0,
    prob_drop: 0,
    forced_mark: 0,
    forced_mark_head: 0,
    forced_drop: 0,
  };

  constructor(options: SfqOptions, surroundings: QdiscSurroundings) {
    super(surroundings);
    const { chance } = surroundings;
    this.options = options;
    this.quantum = this.quantumOf(options);
    this.seed = chance.uint32();
    this.perturbed = surroundings.now();
    this.table = new Array(options.divisor);
    this.slots = Array.from(
      { length: options.flows },
      () => new Slot(options.red && new RedAverage(options.red, chance)),
    );
    for (const slot of this.slots) this.depths.link(slot);
  }

  get bypass(): boolean {
    return !this.surroundings.filtered();
  }

  /** Flows with packets, by their place in the table. */
  get classes(): readonly QdiscClass[] {
    const { handle } = this.surroundings;
    return this.table.flatMap((slot, i) =>
      slot === undefined
        ? []
        : [
            {
              classid: handle + i + 1,
              counts: noCounts(),
              length: slot.depth,
              backlog: slot.queue.backlog,
              details: () => ({ allot: slot.allot }),
            },
          ],
    );
  }

  enqueue(skb: Skb): Xmit {
    this.perturb();
    const hash = this.classify(skb);
    if (typeof hash !== "number") return this.unclassified(hash, skb);
    const { depths, options } = this;
    let slot = this.table[hash];
    if (slot === undefined) {
      slot = depths.at(0);
      if (slot === undefined) return this.drop(skb);
      this.table[hash] = slot;
      slot.hash = hash;
      slot.average?.restart();
    } else if (this.mustGo(slot, skb) || slot.depth >= options.depth) return this.replaceHead(slot, skb);
    this.add(skb);
    this.put(slot, skb);
    if (this.length <= options.limit) return XMIT.SUCCESS;
    const { length } = skb;
    const { depth } = slot;
    const dropped = this.dropOne();
    if (depth !== slot.depth) {
      this.surroundings.reduced(0, dropped - length);
      return XMIT.CN;
    }
    this.surroundings.reduced(1, dropped);
    return XMIT.SUCCESS;
  }

  change(options: SfqOptions): void {
    this.options = options;
    this.quantum = this.quantumOf(options);
    const { length } = this;
    let bytes = 0;
    while (this.length > options.limit) bytes += this.dropOne();
    if (length > this.length) this.surroundings.reduced(length - this.length, bytes);
    if (options.perturb > 0) this.seed = this.surroundings.chance.uint32();
    this.perturbed = this.surroundings.now();
  }

  details(): Record<string, number> {
    return this.options.red === undefined ? {} : { ...this.statistics };
  }

  protected take(): Skb | undefined {
    this.perturb();
    const { tail } = this;
    if (tail === undefined) return undefined;
    let slot = tail.next;
    while (slot.allot <= 0) {
      this.tail = slot;
      slot.allot += this.quantum;
      slot = slot.next;
    }
    const skb = slot.queue.shift()!;
    this.depths.fall(slot);
    if (slot.depth === 0) this.leave(slot);
    else slot.allot -= packetLength(skb);
    return this.sent(skb);
  }

  protected clear(end: (skb: Skb) => void): void {
    for (const slot of this.slots) {
      while (slot.depth > 0) {
        end(slot.queue.shift()!);
        this.depths.fall(slot);
      }
    }
    this.table.fill(undefined);
    this.tail = undefined;
  }

  private quantumOf({ quantum }: SfqOptions): number {
    return Math.max(256, quantum ?? Math.min(this.surroundings.frameBytes, 1 << 20));
  }

  /** sfq_classify: a place in the hash table. */
  private classify(skb: Skb): number | "none" | "dropped" | "stolen" {
    const { surroundings } = this;
    const { divisor } = this.options;
    const own = minorOf(skb.priority);
    if (majorOf(skb.priority) === surroundings.handle && own > 0 && own <= divisor) return own - 1;
    if (!surroundings.filtered()) return this.hash(skb);
    const { kind, classid } = surroundings.classify(skb);
    if (kind !== "class") return kind;
    const minor = minorOf(classid);
    return minor === 0 || minor > divisor ? "none" : minor - 1;
  }

  private hash(skb: Skb): number {
    return this.surroundings.flowHash(skb, this.seed) & (this.options.divisor - 1);
  }

  /** A packet goes to a slot, whose flow may begin with it. */
  private put(slot: Slot, skb: Skb): void {
    slot.queue.push(skb);
    this.depths.rise(slot);
    if (slot.depth > 1) return;
    if (this.tail === undefined) slot.next = slot;
    else {
      slot.next = this.tail.next;
      this.tail.next = slot;
    }
    this.tail = slot;
    slot.allot = this.quantum;
  }

  /** The flow after `tail` has no packets left. */
  private leave(slot: Slot): void {
    this.table[slot.hash] = undefined;
    if (slot.next === slot) this.tail = undefined;
    else this.tail!.next = slot.next;
  }

  /** Random early detection within the flow. */
  private mustGo(slot: Slot, skb: Skb): boolean {
    const { options, statistics } = this;
    const { average } = slot;
    if (average === undefined) return false;
    average.update(slot.queue.backlog, this.surroundings.now());
    const decision = average.decide();
    if (decision === KEEP) return false;
    this.counts.overlimits++;
    const kind = decision === MARK_BY_CHANCE ? "prob" : "forced";
    if (options.ecn && (kind === "prob" || !options.harddrop)) {
      if (options.headdrop && this.mark(slot.queue.peek()!)) {
        statistics[`${kind}_mark_head`]++;
        return false;
      }
      if (this.mark(skb)) {
        statistics[`${kind}_mark`]++;
        return false;
      }
    }
    statistics[`${kind}_drop`]++;
    return true;
  }

  private mark(skb: Skb): boolean {
    return setCongestionExperienced(this.surroundings.bytes, skb);
  }

  /** A flow has no room for a packet: it, or with `headdrop` the flow's first one goes. */
  private replaceHead(slot: Slot, skb: Skb): Xmit {
    if (!this.options.headdrop) return this.drop(skb);
    const head = slot.queue.shift()!;
    const less = packetLength(head) - packetLength(skb);
    this.backlog -= less;
    this.drop(head);
    slot.queue.push(skb);
    this.surroundings.reduced(0, less);
    return XMIT.CN;
  }

  /** Drops a packet of the longest flow (sfq_drop); gives its bytes. */
  private dropOne(): number {
    const { depths } = this;
    if (depths.deepest === 0) return 0;
    let slot = depths.at(depths.deepest)!;
    if (depths.deepest === 1) {
      slot = this.tail!.next;
      this.leave(slot);
    }
    const skb = (this.options.headdrop ? slot.queue.shift() : slot.queue.pop())!;
    const { length } = skb;
    depths.fall(slot);
    this.remove(skb);
    this.drop(skb);
    return length;
  }

  /** Catches up with the timer that changes the hash; nobody sees it while nothing comes or goes. */
  private perturb(): void {
    const { perturb } = this.options;
    const { chance, now } = this.surroundings;
    if (perturb === 0 || this.perturbed + perturb > now()) return;
    this.perturbed += Math.floor((now() - this.perturbed) / perturb) * perturb;
    this.seed = chance.uint32();
    if (!this.surroundings.filtered() && this.tail !== undefined) this.rehash();
  }

  /** Puts all packets into the slots of the new hash (sfq_rehash). */
  private rehash(): void {
    const { depths, options, table } = this;
    const all: Skb[] = [];
    for (const slot of this.slots) {
      if (slot.depth === 0) continue;
      while (slot.depth > 0) {
        all.push(slot.queue.shift()!);
        depths.fall(slot);
      }
      slot.average?.restart();
      table[slot.hash] = undefined;
    }
    this.tail = undefined;
    let packets = 0;
    let bytes = 0;
    for (const skb of all) {
      const hash = this.hash(skb);
      const slot = table[hash] ?? depths.at(0);
      if (slot === undefined || slot.depth >= options.depth) {
        packets++;
        bytes += packetLength(skb);
        this.remove(skb);
        this.surroundings.drop(skb, "QDISC_DROP");
        continue;
      }
      table[hash] = slot;
      slot.hash = hash;
      slot.average?.update(slot.queue.backlog, this.surroundings.now());
      this.put(slot, skb);
    }
    if (packets > 0) this.surroundings.reduced(packets, bytes);
  }
}
