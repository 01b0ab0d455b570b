import type { Skb } from "../../../packet/skb.ts";
import { noCounts } from "../counts.ts";
import { FifoQdisc } from "../fifo.ts";
import type { Qdisc, QdiscSurroundings } from "../qdisc.ts";
import { CAN_SEND, CANT_SEND, HtbClass, type HtbClassOptions, MAX_DEPTH, MAY_BORROW, PRIORITIES } from "./htb-class.ts";
import { Round } from "./round.ts";
import { WaitList } from "./wait-list.ts";

export interface HtbOptions {
  /** The class of packets that no filter matches. */
  readonly defaultClass: number;
  /** Packets that may wait unshaped; undefined: the device's queue length. */
  readonly directLength: number | undefined;
  /** Parents before their children. */
  readonly classes: readonly HtbClassOptions[];
}

/**
 * A hierarchy of token buckets (sch_htb.c): each class has a rate of its own, and may borrow up to its ceiling what its parent does
 * not use. Classes of one priority that borrow from one parent take turns by their quantum.
 */
export class HtbQdisc implements Qdisc {
  readonly counts = noCounts();
  length = 0;
  private readonly byId = new Map<number, HtbClass>();
  /** Classes that may send, by level and priority. */
  private readonly rows: readonly (readonly Round[])[];
  /** Bits of the priorities at which a level's rows have classes. */
  private readonly rowMasks = new Array<number>(MAX_DEPTH).fill(0);
  private readonly waiting: readonly WaitList[];
  private readonly direct: FifoQdisc;
  private readonly defaultClass: number;
  private readonly surroundings: QdiscSurroundings;
  /** The rounds from a row down to a leaf. */
  private readonly way: Round[] = [];
  private readyAt = Number.POSITIVE_INFINITY;

  constructor({ classes, defaultClass, directLength }: HtbOptions, surroundings: QdiscSurroundings) {
    this.surroundings = surroundings;
    this.defaultClass = defaultClass;
    this.direct = new FifoQdisc({ packets: directLength ?? surroundings.queueLength }, surroundings);
    this.rows = Array.from({ length: MAX_DEPTH }, () => Array.from({ length: PRIORITIES }, () => new Round()));
    this.waiting = Array.from({ length: MAX_DEPTH }, () => new WaitList());
    for (const options of classes) {
      const made = new HtbClass(options, this.byId.get(options.parent), surroundings.now());
      this.byId.set(options.classid, made);
    }
    for (const one of this.byId.values())
      for (let above = one.parent, level = 1; above !== undefined; above = above.parent, level++)
        above.level = Math.max(above.level, level);
    for (const one of this.byId.values()) {
      if (one.level > 0) continue;
      const { queueLength } = surroundings;
      one.queue = surroundings.child(one.classid) ?? new FifoQdisc({ packets: queueLength }, surroundings);
    }
  }

  get classes(): readonly HtbClass[] {
    return [...this.byId.values()];
  }

  get backlog(): number {
    let sum = this.direct.backlog;
    for (const one of this.byId.values()) sum += one.backlog;
    return sum;
  }

  enqueue(skb: Skb): void {
    const chosen = this.classify(skb);
    if (chosen === "ended") {
      this.counts.dropped++;
      return;
    }
    const queue = chosen === "direct" ? this.direct : chosen.queue!;
    const { length } = queue;
    const { dropped } = queue.counts;
    queue.enqueue(skb);
    this.length += queue.length - length;
    this.counts.dropped += queue.counts.dropped - dropped;
    if (chosen === "direct") return;
    chosen.counts.dropped += queue.counts.dropped - dropped;
    if (queue.length > 0 && chosen.activity === 0) this.activate(chosen);
  }

  dequeue(): Skb | undefined {
    const skb = this.direct.dequeue() ?? this.dequeueShaped();
    if (skb === undefined) return undefined;
    this.length--;
    this.counts.packets++;
    this.counts.bytes += skb.length;
    return skb;
  }

  nextTime(): number {
    return this.readyAt;
  }

  /** htb_classify */
  private classify(skb: Skb): HtbClass | "direct" | "ended" {
    const { handle, classify } = this.surroundings;
    if (skb.priority === handle) return "direct";
    const prior = this.byId.get(skb.priority);
    if (prior?.level === 0) return prior;
    // An inner class has no filters of its own here.
    if (prior === undefined) {
      const { kind, classid } = classify(skb);
      if (kind === "ended") return "ended";
      if (kind === "class") {
        if (classid === handle) return "direct";
        const chosen = this.byId.get(classid);
        if (chosen?.level === 0) return chosen;
      }
    }
    const otherwise = this.byId.get(this.defaultClass);
    return otherwise?.level === 0 ? otherwise : "direct";
  }

  private dequeueShaped(): Skb | undefined {
    this.readyAt = Number.POSITIVE_INFINITY;
    if (this.length === 0) return undefined;
    for (let level = 0; level < MAX_DEPTH; level++) {
      this.readyAt = Math.min(this.readyAt, this.wake(level));
      for (let mask = this.rowMasks[level]!; mask !== 0; mask &= mask - 1) {
        const skb = this.dequeueRow(level, 31 - Math.clz32(mask & -mask));
        if (skb !== undefined) return skb;
      }
    }
    this.counts.overlimits++;
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
        this.deactivate(leaf);
        if ((this.rowMasks[level]! & (1 << priority)) === 0) return undefined;
        const next = this.leafOf(level, priority);
        if (start === leaf) start = next;
        leaf = next;
        continue;
      }
      const skb = queue.dequeue();
      if (skb !== undefined) {
        this.sent(leaf, level, priority, skb);
        return skb;
      }
      this.readyAt = Math.min(this.readyAt, queue.nextTime());
      this.roundOf(leaf, level, priority).turn();
      leaf = this.leafOf(level, priority);
      if (leaf === start) return undefined;
    }
    return undefined;
  }

  private sent(leaf: HtbClass, level: number, priority: number, skb: Skb): void {
    leaf.counts.packets++;
    leaf.counts.bytes += skb.length;
    leaf.deficit[level]! -= skb.length;
    if (leaf.deficit[level]! < 0) {
      leaf.deficit[level]! += leaf.options.quantum;
      this.roundOf(leaf, level, priority).turn();
    }
    if (leaf.queue!.length === 0) this.deactivate(leaf);
    this.charge(leaf, level, skb.length);
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
  private charge(leaf: HtbClass, level: number, bytes: number): void {
    const now = this.surroundings.now();
    for (let one: HtbClass | undefined = leaf; one !== undefined; one = one.parent) {
      one.charge(bytes, one.since(now), one.level < level);
      one.checked = now;
      const before = one.mode;
      this.changeMode(one, 0);
      if (before !== one.mode) {
        if (before !== CAN_SEND) this.waiting[one.level]!.remove(one);
        if (one.mode !== CAN_SEND) this.wait(one, one.delayWith(0));
      }
      if (one.level > 0) {
        one.counts.packets++;
        one.counts.bytes += bytes;
      }
    }
  }

  /** htb_change_class_mode */
  private changeMode(one: HtbClass, passed: number): void {
    const mode = one.modeWith(passed);
    if (mode === one.mode) return;
    if (mode === CANT_SEND) one.counts.overlimits++;
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
