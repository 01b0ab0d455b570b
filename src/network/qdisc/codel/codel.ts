import { setCongestionExperienced } from "../../../packet/ecn.ts";
import type { Skb } from "../../../packet/skb.ts";
import { countSent } from "../counts.ts";
import { Options } from "../options.ts";
import { PacketQueue } from "../packet-queue.ts";
import type { QdiscKind, QdiscSurroundings } from "../qdisc.ts";
import { Queue } from "../queue.ts";
import { XMIT, type Xmit } from "../xmit.ts";
import { type CodelQueue, CodelState, codelDequeue, codelMicroseconds, codelTime } from "./control.ts";
import { CODEL_WORDS, type CodelOptions, codelOptions, codelParameters, parseCodel } from "./options.ts";

const DEFAULT_LIMIT = 1000;

interface OwnOptions extends CodelOptions {
  /** Packets. */
  readonly limit: number;
}

/** Controlled delay (sch_codel.c): drops at the head when packets have waited too long for too long. */
class CodelQdisc extends Queue implements CodelQueue {
  readonly bypass: boolean;
  private readonly queue = new PacketQueue();
  private readonly state = new CodelState();
  private readonly statistics = { maxPacket: 0, marked: 0, ceMarked: 0 };
  private options: OwnOptions;
  private parameters: ReturnType<typeof codelParameters>;
  private dropOverlimit = 0;

  constructor(options: OwnOptions, surroundings: QdiscSurroundings) {
    super(surroundings);
    this.options = options;
    this.bypass = options.limit >= 1;
    this.parameters = codelParameters(options, surroundings.frameBytes);
  }

  enqueue(skb: Skb): Xmit {
    if (this.length >= this.options.limit) {
      this.dropOverlimit++;
      return this.drop(skb);
    }
    skb.queueTime = codelTime(this.surroundings.now());
    this.queue.push(skb);
    this.add(skb);
    return XMIT.SUCCESS;
  }

  change(options: OwnOptions): void {
    this.options = options;
    this.parameters = codelParameters(options, this.surroundings.frameBytes);
    const { length, backlog } = this;
    while (this.length > options.limit) this.drop(this.next()!);
    if (length > this.length) this.surroundings.reduced(length - this.length, backlog - this.backlog);
  }

  next(): Skb | undefined {
    const skb = this.queue.shift();
    if (skb !== undefined) this.remove(skb);
    return skb;
  }

  discard(skb: Skb): void {
    this.lose(skb);
  }

  mark(skb: Skb): boolean {
    return setCongestionExperienced(this.surroundings.bytes, skb);
  }

  details(): Record<string, number> {
    const { state, statistics } = this;
    const now = codelTime(this.surroundings.now());
    const left = (state.dropNext - now) | 0;
    return {
      count: state.count,
      lastcount: state.lastCount,
      ldelay: codelMicroseconds(state.delay),
      dropping: Number(state.dropping),
      drop_next: state.dropping ? Math.sign(left) * codelMicroseconds(Math.abs(left)) : 0,
      maxpacket: statistics.maxPacket,
      ecn_mark: statistics.marked,
      drop_overlimit: this.dropOverlimit,
      ce_mark: statistics.ceMarked,
    };
  }

  protected take(): Skb | undefined {
    const { state, parameters, statistics, surroundings } = this;
    const skb = codelDequeue(this, state, parameters, statistics, codelTime(surroundings.now()));
    if (skb !== undefined) countSent(this.counts, skb);
    return skb;
  }

  protected clear(end: (skb: Skb) => void): void {
    this.queue.clear(end);
    this.state.clear();
  }
}

export const codel: QdiscKind<OwnOptions> = {
  name: "codel",
  description: "Controlled delay: drops when packets wait too long.",
  options: {
    limit: { type: "integer", minimum: 0, maximum: 0xffff_ffff, description: "Packets. Default 1000." },
    ...codelOptions(false),
  },
  words: {
    limit: { key: "limit", type: "integer", zeroIsAbsent: true },
    ...CODEL_WORDS,
  },
  parse(given) {
    const options = new Options(given);
    return { limit: options.integer("limit") ?? DEFAULT_LIMIT, ...parseCodel(options, false) };
  },
  create: (options, surroundings) => new CodelQdisc(options, surroundings),
};
