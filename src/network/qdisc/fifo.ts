import type { Skb } from "../../packet/skb.ts";
import { noCounts } from "./counts.ts";
import { Options } from "./options.ts";
import { PacketQueue } from "./packet-queue.ts";
import type { Qdisc, QdiscKind, QdiscSurroundings } from "./qdisc.ts";

/** First in, first out, up to a number of packets or of bytes (sch_fifo.c). */
export class FifoQdisc implements Qdisc {
  readonly counts = noCounts();
  private readonly queue = new PacketQueue();
  private readonly packets: number;
  private readonly bytes: number;
  private readonly surroundings: Pick<QdiscSurroundings, "drop">;

  constructor(limit: { packets?: number; bytes?: number }, surroundings: Pick<QdiscSurroundings, "drop">) {
    this.packets = limit.packets ?? Number.POSITIVE_INFINITY;
    this.bytes = limit.bytes ?? Number.POSITIVE_INFINITY;
    this.surroundings = surroundings;
  }

  get length(): number {
    return this.queue.length;
  }

  get backlog(): number {
    return this.queue.backlog;
  }

  enqueue(skb: Skb): void {
    const { queue } = this;
    if (queue.length < this.packets && queue.backlog + skb.length <= this.bytes) {
      queue.push(skb);
      return;
    }
    this.counts.dropped++;
    this.surroundings.drop(skb, "QDISC_DROP");
  }

  dequeue(): Skb | undefined {
    const skb = this.queue.shift();
    if (skb !== undefined) {
      this.counts.packets++;
      this.counts.bytes += skb.length;
    }
    return skb;
  }

  nextTime(): number {
    return Number.POSITIVE_INFINITY;
  }
}

const limitSchema = (description: string) => ({ type: ["integer", "string"], minimum: 0, description });

export const pfifo: QdiscKind<{ limit: number | undefined }> = {
  name: "pfifo",
  description: "First in, first out, up to `limit` packets.",
  options: { limit: { type: "integer", minimum: 0, maximum: 0xffff_ffff, description: "Packets. Default 1000." } },
  parse: (options) => ({ limit: new Options(options).integer("limit") }),
  create: ({ limit }, surroundings) =>
    new FifoQdisc({ packets: limit ?? Math.max(surroundings.queueLength, 1) }, surroundings),
};

export const bfifo: QdiscKind<{ limit: number | undefined }> = {
  name: "bfifo",
  description: "First in, first out, up to `limit` bytes.",
  options: { limit: limitSchema("Bytes. Default: 1000 of the largest frames.") },
  parse: (options) => ({ limit: new Options(options).size("limit") }),
  create: ({ limit }, surroundings) =>
    new FifoQdisc({ bytes: limit ?? surroundings.queueLength * surroundings.frameBytes }, surroundings),
};
