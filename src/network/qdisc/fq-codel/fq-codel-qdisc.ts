import { majorOf, minorOf } from "../../../hooks/tc/verdict.ts";
import { setCongestionExperienced } from "../../../packet/ecn.ts";
import type { Skb } from "../../../packet/skb.ts";
import { type CodelQueue, CodelState, codelDequeue, codelTime } from "../codel/control.ts";
import { type CodelOptions, codelParameters } from "../codel/options.ts";
import { countSent } from "../counts.ts";
import { FlowList } from "../flow-list.ts";
import { packetLength } from "../packet-length.ts";
import { PacketQueue } from "../packet-queue.ts";
import type { QdiscSurroundings } from "../qdisc.ts";
import { Queue } from "../queue.ts";
import { trueSize } from "../true-size.ts";
import { XMIT, type Xmit } from "../xmit.ts";

/** What is not given is undefined: a change leaves it, a new discipline has the default. */
export interface FqCodelOptions extends CodelOptions {
  /** Packets. */
  readonly limit: number;
  readonly flows: number;
  /** Bytes; undefined: the device's largest frame. */
  readonly quantum: number | undefined;
  /** Bytes. */
  readonly memoryLimit: number;
  /** Packets that are dropped at once. */
  readonly dropBatch: number;
}

/** Bytes of a flow's turn at most (FQ_CODEL_QUANTUM_MAX). */
const MOST_QUANTUM = 1 << 20;

/** A flow, and the queue that CoDel controls. */
class Flow {
  next: Flow | undefined;
  /** In one of the lists. */
  isListed = false;
  deficit = 0;
  readonly queue = new PacketQueue();
  readonly state = new CodelState();
}

/** Fair queueing with controlled delay (sch_fq_codel.c): flows take turns, new ones first, and each drops by itself. */
export class FqCodelQdisc extends Queue implements CodelQueue {
  private readonly flows: (Flow | undefined)[];
  private readonly newFlows = new FlowList<Flow>();
  private readonly oldFlows = new FlowList<Flow>();
  private options: FqCodelOptions;
  private parameters: ReturnType<typeof codelParameters>;
  private quantum = 0;
  private readonly statistics = { maxPacket: 0, marked: 0, ceMarked: 0 };
  private memory = 0;
  private dropOverlimit = 0;
  private dropOvermemory = 0;
  private newFlowCount = 0;
  /** The flow that is being served. */
  private serving: Flow | undefined;

  constructor(options: FqCodelOptions, surroundings: QdiscSurroundings) {
    super(surroundings);
    this.flows = new Array(options.flows);
    this.options = options;
    this.parameters = this.configure(options);
  }

  get bypass(): boolean {
    return this.options.limit >= 1 && !this.surroundings.filtered();
  }

  enqueue(skb: Skb): Xmit {
    const index = this.classify(skb);
    if (typeof index !== "number") return this.unclassified(index, skb);
    skb.queueTime = codelTime(this.surroundings.now());
    let flow = this.flows[index];
    if (flow === undefined) {
      flow = new Flow();
      this.flows[index] = flow;
    }
    const { length } = skb;
    flow.queue.push(skb);
    this.add(skb);
    if (!flow.isListed) {
      this.newFlows.push(flow);
      flow.isListed = true;
      this.newFlowCount++;
      flow.deficit = this.quantum;
    }
    this.memory += trueSize(length);
    const overMemory = this.memory > this.options.memoryLimit;
    if (this.length <= this.options.limit && !overMemory) return XMIT.SUCCESS;
    return this.makeRoom(flow, length, overMemory);
  }

  change(options: FqCodelOptions): void {
    this.options = options;
    this.parameters = this.configure(options);
    let packets = 0;
    let bytes = 0;
    while (this.length > options.limit || this.memory > options.memoryLimit) {
      const skb = this.dequeue();
      if (skb === undefined) break;
      packets++;
      bytes += packetLength(skb);
      this.surroundings.drop(skb, "QDISC_DROP");
    }
    if (packets > 0) this.surroundings.reduced(packets, bytes);
  }

  next(): Skb | undefined {
    const skb = this.serving!.queue.shift();
    if (skb !== undefined) {
      this.remove(skb);
      this.memory -= trueSize(skb.length);
    }
    return skb;
  }

  discard(skb: Skb): void {
    this.lose(skb);
  }

  mark(skb: Skb): boolean {
    return setCongestionExperienced(this.surroundings.bytes, skb);
  }

  details(): Record<string, number> {
    return {
      maxpacket: this.statistics.maxPacket,
      drop_overlimit: this.dropOverlimit,
      new_flow_count: this.newFlowCount,
      ecn_mark: this.statistics.marked,
      ce_mark: this.statistics.ceMarked,
      memory_used: this.memory,
      drop_overmemory: this.dropOvermemory,
      new_flows_len: this.newFlows.length,
      old_flows_len: this.oldFlows.length,
    };
  }

  protected clear(end: (skb: Skb) => void): void {
    for (const flow of this.flows) {
      if (flow === undefined) continue;
      flow.queue.clear(end);
      flow.state.clear();
      flow.isListed = false;
    }
    this.newFlows.clear();
    this.oldFlows.clear();
    this.memory = 0;
  }

  /** fq_codel_classify: the index of a flow. */
  private classify(skb: Skb): number | "none" | "dropped" | "stolen" {
    const { surroundings, flows } = this;
    const own = minorOf(skb.priority);
    if (majorOf(skb.priority) === surroundings.handle && own > 0 && own <= flows.length) return own - 1;
    if (!surroundings.filtered()) return Math.floor((surroundings.flowHash(skb) * flows.length) / 0x1_0000_0000);
    const { kind, classid } = surroundings.classify(skb);
    if (kind !== "class") return kind;
    const minor = minorOf(classid);
    return minor === 0 || minor > flows.length ? "none" : minor - 1;
  }

  /** What follows where the queue is too long (the end of fq_codel_enqueue). */
  private makeRoom(flow: Flow, length: number, overMemory: boolean): Xmit {
    const before = { length: this.length, backlog: this.backlog };
    const fat = this.dropFromFattest();
    const packets = before.length - this.length;
    const bytes = before.backlog - this.backlog;
    this.dropOverlimit += packets;
    if (overMemory) this.dropOvermemory += packets;
    if (fat !== flow) {
      this.surroundings.reduced(packets, bytes);
      return XMIT.SUCCESS;
    }
    this.surroundings.reduced(packets - 1, bytes - length);
    return XMIT.CN;
  }

  /** Drops up to half of what the longest flow has (fq_codel_drop). */
  private dropFromFattest(): Flow {
    let fat: Flow | undefined;
    for (const flow of this.flows) if (flow !== undefined && flow.queue.backlog > (fat?.queue.backlog ?? 0)) fat = flow;
    const { queue, state } = fat!;
    const threshold = Math.floor(queue.backlog / 2);
    let bytes = 0;
    let packets = 0;
    do {
      const skb = queue.shift()!;
      bytes += packetLength(skb);
      this.remove(skb);
      this.memory -= trueSize(skb.length);
      this.drop(skb);
    } while (++packets < this.options.dropBatch && bytes < threshold);
    state.count = (state.count + packets) >>> 0;
    return fat!;
  }

  /** __fq_codel_dequeue */
  protected take(): Skb | undefined {
    const { newFlows, oldFlows } = this;
    const now = codelTime(this.surroundings.now());
    for (;;) {
      const isNew = newFlows.first !== undefined;
      const list = isNew ? newFlows : oldFlows;
      const flow = list.first;
      if (flow === undefined) return undefined;
      if (flow.deficit <= 0) {
        flow.deficit += this.quantum;
        list.shift();
        oldFlows.push(flow);
        continue;
      }
      this.serving = flow;
      const skb = codelDequeue(this, flow.state, this.parameters, this.statistics, now);
      if (skb !== undefined) {
        countSent(this.counts, skb);
        flow.deficit -= packetLength(skb);
        return skb;
      }
      // A new flow passes through the old ones, so that they do not starve.
      list.shift();
      if (isNew && oldFlows.first !== undefined) oldFlows.push(flow);
      else flow.isListed = false;
    }
  }

  private configure(options: FqCodelOptions): ReturnType<typeof codelParameters> {
    const frame = Math.min(this.surroundings.frameBytes, MOST_QUANTUM);
    this.quantum = Math.max(256, options.quantum ?? frame);
    return codelParameters(options, frame);
  }
}
