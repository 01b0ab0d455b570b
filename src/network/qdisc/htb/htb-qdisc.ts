import type { Skb } from "../../../packet/skb.ts";
import { plainQueue } from "../fifo.ts";
import { packetCount, packetLength } from "../packet-length.ts";
import { PacketQueue } from "../packet-queue.ts";
import type { Qdisc, QdiscSurroundings } from "../qdisc.ts";
import { Queue } from "../queue.ts";
import { XMIT, type Xmit } from "../xmit.ts";
import { CAN_SEND, CANT_SEND, HtbClass, type HtbClassOptions, MAX_DEPTH, MAY_BORROW, PRIORITIES } from "./htb-class.ts";
import { Round } from "./round.ts";
import { WaitList } from "./wait-list.ts";

export interface HtbOptions {
  /** The class of packets that no filter matches. */
  readonly defaultClass: number;
  /** Its minor number as it was said, of which the kernel uses 16 bits. */
  readonly defaultNumber: number;
  /** For tc, which shows it. */
  readonly r2q: number;
  /** Packets that may wait unshaped; undefined: the device's queue length. */
  readonly directLength: number | undefined;
  /** Parents before their children. */
  readonly classes: readonly HtbClassOptions[];
}

/**
 * A hierarchy of token buckets (sch_htb.c): each class has a rate of its own, and may borrow up to its ceiling what its parent does
 * not use. Classes of one priority that borrow from one parent take turns by their quantum.
 */
export class HtbQdisc extends Queue {
  private readonly byId = new Map<number, HtbClass>();
  /** Classes that may send, by level and priority. */
  private readonly rows: readonly (readonly Round[])[];
  /** Bits of the priorities at which a level's rows have classes. */
  private readonly rowMasks = new Array<number>(MAX_DEPTH).fill(0);
  private readonly waiting: readonly WaitList[];
  private readonly direct = new PacketQueue();
  private directPackets = 0;
  private options: HtbOptions;
  /** The rounds from a row down to a leaf. */
  private readonly way: Round[] = [];

  constructor(options: HtbOptions, surroundings: QdiscSurroundings) {
    super(surroundings);
    this.options = options;
    this.rows = Array.from({ length: MAX_DEPTH }, () => Array.from({ length: PRIORITIES }, () => new Round()));
    this.waiting = Array.from({ length: MAX_DEPTH }, () => new WaitList());
    this.change(options);
  }

  get classes(): readonly HtbClass[] {
    return [...this.byId.values()];
  }

  enqueue(skb: Skb): Xmit {
    const chosen = this.classify(skb);
    if (chosen === "direct") {
      const limit = this.options.directLength ?? this.surroundings.queueLength;
      if (this.direct.length >= limit) return this.drop(skb);
      this.direct.push(skb);
      this.directPackets++;
      this.add(skb);
      return XMIT.SUCCESS;
    }
    if (!(chosen instanceof HtbClass)) return this.unclassified(chosen, skb);
    const xmit = this.pass(skb, chosen.queue!);
    if (xmit === XMIT.SUCCESS) {
      if (chosen.activity === 0) this.activate(chosen);
    } else if (xmit !== XMIT.STOLEN) chosen.counts.dropped++;
    return xmit;
  }

  emptied(classid: number): void {
    const one = this.byId.get(classid);
    if (one !== undefined && one.activity !== 0) this.deactivate(one);
  }

  change(options: HtbOptions): void {
    this.options = options;
    const wanted = new Set(options.classes.map(({ classid }) => classid));
    for (const one of [...this.byId.values()].reverse()) if (!wanted.has(one.classid)) this.removeClass(one);
    for (const given of options.classes) {
      const known = this.byId.get(given.classid);
      if (known === undefined) this.addClass(given);
      else if (known.options !== given) known.configure(given);
    }
  }

  graft(classid: number, qdisc: Qdisc | undefined): void {
    const one = this.byId.get(classid);
    if (one?.queue === undefined) return;
    this.purge(one.queue);
    one.queue = qdisc ?? plainQueue(this.surroundings);
    if (one.activity !== 0) this.deactivate(one);
  }

  details(): Record<string, number> {
    return { direct_packets_stat: this.directPackets };
  }

  protected take(): Skb | undefined {
    const skb = this.direct.shift() ?? this.dequeueShaped();
    return skb && this.sent(skb);
  }

  protected clear(end: (skb: Skb) => void): void {
    this.direct.clear(end);
    for (const one of this.byId.values()) {
      one.queue?.reset();
      if (one.activity !== 0 && one.level === 0) this.deactivate(one);
    }
  }

  /** The end of htb_change_class: a class comes, and its parent is a leaf no more. */
  private addClass(options: HtbClassOptions): void {
    const { surroundings } = this;
    const parent = this.byId.get(options.parent);
    if (parent?.queue !== undefined) {
      this.purge(parent.queue);
      if (parent.activity !== 0) this.deactivate(parent);
      if (parent.mode !== CAN_SEND) this.waiting[0]!.remove(parent);
      parent.mode = CAN_SEND;
      parent.level = (parent.parent?.level ?? MAX_DEPTH) - 1;
      parent.queue = undefined;
    }
    const made = new HtbClass(options, parent, surroundings.now());
    made.queue = surroundings.child(options.classid) ?? plainQueue(surroundings);
    this.byId.set(options.classid, made);
  }

  /** htb_delete: a class goes, and a parent without others is a leaf again. */
  private removeClass(one: HtbClass): void {
    const { parent } = one;
    if (one.queue !== undefined) this.purge(one.queue);
    if (one.activity !== 0) this.deactivate(one);
    if (one.mode !== CAN_SEND) this.waiting[one.level]!.remove(one);
    this.byId.delete(one.classid);
    if (parent === undefined || this.classes.some((other) => other.parent === parent)) return;
    if (parent.mode !== CAN_SEND) this.waiting[parent.level]!.remove(parent);
    parent.becomeLeaf(plainQueue(this.surroundings), this.surroundings.now());
  }

  /** htb_classify */
  private classify(skb: Skb): HtbClass | "direct" | "none" | "dropped" | "stolen" {
    const { surroundings, byId } = this;
    const { handle } = surroundings;
    if (skb.priority === handle) return "direct";
    let one = byId.get(skb.priority);
    if (one?.level === 0) return one;
    for (let hops = 0; surroundings.filtered(one?.classid); ) {
      const { kind, classid } = surroundings.classify(skb, one?.classid);
      if (kind === "dropped" || kind === "stolen") return kind;
      if (kind === "none") break;
      if (classid === handle) return "direct";
      one = byId.get(classid);
      if (one === undefined) break;
      if (one.level === 0) return one;
      if (++hops > MAX_DEPTH) return "none";
    }
    const otherwise = byId.get(this.options.defaultClass);
    return otherwise?.level === 0 ? otherwise : "direct";
  }

  private dequeueShaped(): Skb | undefined {
    if (this.length === 0) return undefined;
    let next = Number.POSITIVE_INFINITY;
    for (let level = 0; level < MAX_DEPTH; level++) {
      next = Math.min(next, this.wake(level));
      for (let mask = this.rowMasks[level]!; mask !== 0; mask &= mask - 1) {
        const skb = this.dequeueRow(level, 31 - Math.clz32(mask & -mask));
        if (skb !== undefined) return skb;
      }
    }
    this.surroundings.wake(next);
    return undefined;
  }

  /** Changes the modes of the classes whose time has come; gives the next such time (htb_do_events). */
  private wake(level: number): number {
    const list = this.waiting[level]!;
    const now = this.surroundings.now();
    for (;;) {
      const one = list.first();
      if (one === undefined) return Number.POSITIVE_INFINITY;
      if (one.wakeAt > now) return one.wakeAt;
      list.pop();
      one.waits++;
      const passed = one.since(now);
      this.changeMode(one, passed);
      if (one.mode !== CAN_SEND) this.wait(one, one.delayWith(passed));
    }
  }

  private wait(one: HtbClass, delay: number): void {
    this.waiting[one.level]!.add(one, this.surroundings.now() + Math.max(Math.ceil(delay), 1));
  }

  /** htb_dequeue_tree */
  private dequeueRow(level: number, priority: number): Skb | undefined {
    let leaf = this.leafOf(level, priority);
    let start = leaf;
    while (leaf !== undefined) {
      const queue = leaf.queue!;
      if (queue.length === 0) {
        if (leaf.activity !== 0) this.deactivate(leaf);
        if ((this.rowMasks[level]! & (1 << priority)) === 0) return undefined;
        const next = this.leafOf(level, priority);
        if (start === leaf) start = next;
        leaf = next;
        continue;
      }
      const skb = queue.dequeue();
      if (skb !== undefined) {
        this.served(leaf, level, priority, skb);
        return skb;
      }
      this.roundOf(leaf, level, priority).turn();
      leaf = this.leafOf(level, priority);
      if (leaf === start) return undefined;
    }
    return undefined;
  }

  private served(leaf: HtbClass, level: number, priority: number, skb: Skb): void {
    leaf.counts.packets += packetCount(skb);
    leaf.counts.bytes += packetLength(skb);
    leaf.deficit[level]! -= packetLength(skb);
    if (leaf.deficit[level]! < 0) {
      leaf.deficit[level]! += leaf.options.quantum;
      this.roundOf(leaf, level, priority).turn();
    }
    if (leaf.queue!.length === 0 && leaf.activity !== 0) this.deactivate(leaf);
    this.charge(leaf, level, packetLength(skb), packetCount(skb));
  }

  /** The round in which a leaf has its turn when it is served from a level. */
  private roundOf(leaf: HtbClass, level: number, priority: number): Round {
    return level === 0 ? this.rows[0]![priority]! : leaf.parent!.feeds[priority]!;
  }

  /** The leaf whose turn it is below a row (htb_lookup_leaf). */
  private leafOf(level: number, priority: number): HtbClass | undefined {
    const { way } = this;
    way[0] = this.rows[level]![priority]!;
    for (let depth = 0; ; ) {
      const round = way[depth]!;
      const one = round.current;
      if (one === undefined) {
        if (round.isEmpty) return undefined;
        round.rewind();
        // A round below that has come to its end gives the turn to the next class above.
        if (depth > 0) way[--depth]!.turn();
      } else if (one.level === 0) return one;
      else way[++depth] = one.feeds[priority]!;
    }
  }

  /** htb_charge_class */
  private charge(leaf: HtbClass, level: number, bytes: number, packets: number): void {
    const now = this.surroundings.now();
    for (let one: HtbClass | undefined = leaf; one !== undefined; one = one.parent) {
      if (one.level === level) one.lends++;
      else if (one.level < level) one.borrows++;
      one.charge(bytes, one.since(now), one.level < level);
      one.checked = now;
      const before = one.mode;
      this.changeMode(one, 0);
      if (before !== one.mode) {
        if (before !== CAN_SEND) this.waiting[one.level]!.remove(one);
        if (one.mode !== CAN_SEND) this.wait(one, one.delayWith(0));
      }
      if (one.level > 0) {
        one.counts.packets += packets;
        one.counts.bytes += bytes;
      }
    }
  }

  /** htb_change_class_mode */
  private changeMode(one: HtbClass, passed: number): void {
    const mode = one.modeWith(passed);
    if (mode === one.mode) return;
    if (mode === CANT_SEND) {
      one.counts.overlimits++;
      this.counts.overlimits++;
    }
    if (one.activity === 0) {
      one.mode = mode;
      return;
    }
    if (one.mode !== CANT_SEND) this.deactivatePriorities(one);
    one.mode = mode;
    if (mode !== CANT_SEND) this.activatePriorities(one);
  }

  private activate(leaf: HtbClass): void {
    leaf.activity = 1 << leaf.options.prio;
    this.activatePriorities(leaf);
  }

  private deactivate(leaf: HtbClass): void {
    this.deactivatePriorities(leaf);
    leaf.activity = 0;
  }

  /** htb_activate_prios */
  private activatePriorities(from: HtbClass): void {
    let one = from;
    let mask = one.activity;
    while (one.mode === MAY_BORROW && one.parent !== undefined && mask !== 0) {
      const { parent } = one;
      for (let rest = mask; rest !== 0; rest &= rest - 1) {
        const priority = 31 - Math.clz32(rest & -rest);
        let feed = parent.feeds[priority];
        if (feed === undefined) {
          feed = new Round();
          parent.feeds[priority] = feed;
        }
        // A parent whose feed is in use stands where it should already.
        if (!feed.isEmpty) mask &= ~(1 << priority);
        feed.add(one);
      }
      parent.activity |= mask;
      one = parent;
    }
    if (one.mode !== CAN_SEND || mask === 0) return;
    this.rowMasks[one.level]! |= mask;
    for (; mask !== 0; mask &= mask - 1) this.rows[one.level]![31 - Math.clz32(mask & -mask)]!.add(one);
  }

  /** htb_deactivate_prios */
  private deactivatePriorities(from: HtbClass): void {
    let one = from;
    let mask = one.activity;
    while (one.mode === MAY_BORROW && one.parent !== undefined && mask !== 0) {
      const { parent } = one;
      let emptied = 0;
      for (let rest = mask; rest !== 0; rest &= rest - 1) {
        const priority = 31 - Math.clz32(rest & -rest);
        const feed = parent.feeds[priority]!;
        feed.remove(one, true);
        if (feed.isEmpty) emptied |= 1 << priority;
      }
      parent.activity &= ~emptied;
      mask = emptied;
      one = parent;
    }
    if (one.mode !== CAN_SEND) return;
    for (; mask !== 0; mask &= mask - 1) {
      const priority = 31 - Math.clz32(mask & -mask);
      const row = this.rows[one.level]![priority]!;
      row.remove(one, false);
      if (row.isEmpty) this.rowMasks[one.level]! &= ~(1 << priority);
    }
  }
}
