import { majorOf } from "../../hooks/tc/verdict.ts";
import type { Skb } from "../../packet/skb.ts";
import { formatClassid } from "../../topology/quantity/classid.ts";
import { countSent, noCounts } from "./counts.ts";
import { plainQueue } from "./fifo.ts";
import { FlowList } from "./flow-list.ts";
import { Options } from "./options.ts";
import { packetLength } from "./packet-length.ts";
import type { Qdisc, QdiscClass, QdiscKind, QdiscSurroundings } from "./qdisc.ts";
import { Queue } from "./queue.ts";
import { XMIT, type Xmit } from "./xmit.ts";

/** Bytes of a class's turn at least and at most. */
const QUANTUM = { least: 256, most: 1 << 20 };

interface DrrOptions {
  /** Quanta of its classes, bytes; undefined: the device's largest frame. */
  readonly classes: ReadonlyMap<number, number | undefined>;
}

class DrrClass implements QdiscClass {
  next: DrrClass | undefined;
  /** It has packets. */
  isActive = false;
  readonly classid: number;
  readonly counts = noCounts();
  quantum: number;
  /** Bytes that it may still send in its turn. */
  deficit = 0;
  inner: Qdisc;

  constructor(classid: number, quantum: number, inner: Qdisc) {
    this.classid = classid;
    this.quantum = quantum;
    this.inner = inner;
  }

  get length(): number {
    return this.inner.length;
  }

  get backlog(): number {
    return this.inner.backlog;
  }

  details(): { deficit: number } {
    return { deficit: this.inner.length === 0 ? 0 : this.deficit };
  }
}

/** Deficit round robin (sch_drr.c): classes with packets take turns of so many bytes. A packet without a class is dropped. */
class DrrQdisc extends Queue {
  private readonly byId = new Map<number, DrrClass>();
  /** Classes with packets, the one whose turn it is first. */
  private readonly active = new FlowList<DrrClass>();

  constructor(options: DrrOptions, surroundings: QdiscSurroundings) {
    super(surroundings);
    this.change(options);
  }

  get classes(): readonly DrrClass[] {
    return [...this.byId.values()];
  }

  enqueue(skb: Skb): Xmit {
    const one = this.classify(skb);
    if (!(one instanceof DrrClass)) return this.unclassified(one, skb);
    const xmit = this.pass(skb, one.inner);
    if (xmit === XMIT.SUCCESS && !one.isActive) {
      this.active.push(one);
      one.isActive = true;
      one.deficit = one.quantum;
    }
    if (xmit === XMIT.DROP || xmit === XMIT.CN) one.counts.dropped++;
    return xmit;
  }

  emptied(classid: number): void {
    const one = this.byId.get(classid)!;
    if (one.isActive) this.active.remove(one);
    one.isActive = false;
  }

  change({ classes }: DrrOptions): void {
    const { surroundings, byId } = this;
    for (const [classid, quantum] of classes) {
      const bytes = Math.min(Math.max(quantum ?? surroundings.frameBytes, QUANTUM.least), QUANTUM.most);
      const known = byId.get(classid);
      if (known === undefined)
        byId.set(classid, new DrrClass(classid, bytes, surroundings.child(classid) ?? plainQueue(surroundings)));
      else if (quantum !== undefined) known.quantum = bytes;
    }
    for (const [classid, { inner }] of byId) {
      if (classes.has(classid)) continue;
      this.purge(inner);
      this.emptied(classid);
      byId.delete(classid);
    }
  }

  graft(classid: number, qdisc: Qdisc | undefined): void {
    const one = this.byId.get(classid)!;
    this.purge(one.inner);
    this.emptied(classid);
    one.inner = qdisc ?? plainQueue(this.surroundings);
  }

  protected take(): Skb | undefined {
    const { active } = this;
    for (;;) {
      const one = active.first;
      const skb = one?.inner.peek();
      // A class that holds its packets back holds all of them back (qdisc_warn_nonwc).
      if (one === undefined || skb === undefined) return undefined;
      if (packetLength(skb) <= one.deficit) {
        one.deficit -= packetLength(skb);
        one.inner.dequeue();
        if (one.inner.length === 0 && one.isActive) {
          active.shift();
          one.isActive = false;
        }
        countSent(one.counts, skb);
        return this.sent(skb);
      }
      one.deficit += one.quantum;
      active.push(active.shift()!);
    }
  }

  protected clear(): void {
    for (const one of this.byId.values()) {
      one.inner.reset();
      one.isActive = false;
    }
    this.active.clear();
  }

  /** drr_classify */
  private classify(skb: Skb): DrrClass | "none" | "dropped" | "stolen" {
    const { handle, classify } = this.surroundings;
    const own = majorOf(skb.priority) === handle ? this.byId.get(skb.priority) : undefined;
    if (own !== undefined) return own;
    const { kind, classid } = classify(skb);
    return kind === "class" ? (this.byId.get(classid) ?? "none") : kind;
  }
}

export const drr: QdiscKind<DrrOptions> = {
  name: "drr",
  description: "Classes that take turns of so many bytes; packets without a class are dropped.",
  options: {},
  words: {},
  classChangeKeeps: ["quantum"],
  classWords: {
    quantum: { key: "quantum", type: "size" },
  },
  classOptions: {
    quantum: { $ref: "#/$defs/size", description: "Bytes of its turn, 256 to 1 MiB. Default: the largest frame." },
  },
  parse(_, classes, handle) {
    const quanta = new Map<number, number | undefined>();
    for (const [classid, own] of classes) {
      const options = new Options(own, classid);
      if (majorOf(classid) !== handle || classid === handle)
        options.fail("quantum", `The class ${formatClassid(classid)} is none of the qdisc ${formatClassid(handle)}.`);
      const quantum = options.size("quantum");
      if (quantum === 0) options.fail("quantum", "The quantum of a class is above 0.");
      quanta.set(classid, quantum);
    }
    return { classes: quanta };
  },
  create: (options, surroundings) => new DrrQdisc(options, surroundings),
};
