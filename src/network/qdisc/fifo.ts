import type { Skb } from "../../packet/skb.ts";
import { Options } from "./options.ts";
import { packetLength } from "./packet-length.ts";
import { PacketQueue } from "./packet-queue.ts";
import type { QdiscKind, QdiscSurroundings } from "./qdisc.ts";
import { Queue } from "./queue.ts";
import { XMIT, type Xmit } from "./xmit.ts";

interface FifoOptions {
  /** Absent: as long as the device's queue. */
  readonly limit?: number | undefined;
}

/** First in, first out, up to a number of packets or of bytes (sch_fifo.c). */
export class FifoQdisc extends Queue {
  /** In packets or bytes. */
  limit = 0;
  private readonly queue = new PacketQueue();
  private readonly unit: "packets" | "bytes";

  constructor(unit: "packets" | "bytes", options: FifoOptions, surroundings: QdiscSurroundings) {
    super(surroundings);
    this.unit = unit;
    this.change(options);
  }

  /** fifo_init */
  get bypass(): boolean {
    return this.limit >= (this.unit === "packets" ? 1 : this.surroundings.frameBytes);
  }

  enqueue(skb: Skb): Xmit {
    const isFull = this.unit === "packets" ? this.length >= this.limit : this.backlog + packetLength(skb) > this.limit;
    if (isFull) return this.drop(skb);
    this.queue.push(skb);
    this.add(skb);
    return XMIT.SUCCESS;
  }

  change({ limit }: FifoOptions): void {
    const { queueLength, frameBytes } = this.surroundings;
    this.limit = limit ?? queueLength * (this.unit === "packets" ? 1 : frameBytes);
  }

  /** The next one is always the same, so that looking at it changes nothing. */
  override peek(): Skb | undefined {
    return this.queue.peek();
  }

  protected take(): Skb | undefined {
    const skb = this.queue.shift();
    return skb && this.sent(skb);
  }

  protected clear(end: (skb: Skb) => void): void {
    this.queue.clear(end);
  }
}

/** The queue of a class that has no other: as long as the device's. */
export const plainQueue = (surroundings: QdiscSurroundings): FifoQdisc => new FifoQdisc("packets", {}, surroundings);

export const pfifo: QdiscKind<FifoOptions> = {
  name: "pfifo",
  description: "First in, first out, up to `limit` packets.",
  options: { limit: { type: "integer", minimum: 0, maximum: 0xffff_ffff, description: "Packets. Default 1000." } },
  words: {
    limit: { key: "limit", type: "size" },
  },
  parse: (options) => ({ limit: new Options(options).integer("limit") }),
  create: (options, surroundings) => new FifoQdisc("packets", options, surroundings),
};

export const bfifo: QdiscKind<FifoOptions> = {
  name: "bfifo",
  description: "First in, first out, up to `limit` bytes.",
  options: { limit: { $ref: "#/$defs/size", description: "Bytes. Default: 1000 of the largest frames." } },
  words: {
    limit: { key: "limit", type: "size" },
  },
  parse: (options) => ({ limit: new Options(options).size("limit") }),
  create: (options, surroundings) => new FifoQdisc("bytes", options, surroundings),
};
