import { minorOf } from "../../hooks/tc/verdict.ts";
import type { Skb } from "../../packet/skb.ts";
import { Bands } from "./bands.ts";
import { Options } from "./options.ts";
import { pfifoFast } from "./pfifo-fast.ts";
import type { Qdisc, QdiscKind, QdiscSurroundings } from "./qdisc.ts";

const MOST_QUEUES = 4096;

interface MqOptions {
  readonly queues: number;
}

/**
 * A discipline for each transmit queue of the device (sch_mq.c). A packet's `queue_mapping` chooses; queues are served in turn, since the wire is
 * one.
 */
class MqQdisc extends Bands {
  /** Whose turn it is. */
  private turn = 0;

  constructor({ queues }: MqOptions, surroundings: QdiscSurroundings) {
    super(
      Array.from(
        { length: queues },
        (_, i) => surroundings.child(surroundings.handle + i + 1) ?? pfifoFast.create(undefined, surroundings),
      ),
      surroundings,
    );
    this.exhibit();
  }

  graft(classid: number, qdisc: Qdisc | undefined): void {
    const queue = minorOf(classid) - 1;
    this.purge(this.bands[queue]!);
    this.bands[queue] = qdisc ?? pfifoFast.create(undefined, this.surroundings);
  }

  protected bandOf(skb: Skb): number {
    return skb.queue < this.bands.length ? skb.queue : 0;
  }

  protected override take(): Skb | undefined {
    const { bands } = this;
    for (let i = 0; i < bands.length; i++) {
      const queue = bands[this.turn]!;
      this.turn = (this.turn + 1) % bands.length;
      const skb = queue.length === 0 ? undefined : queue.dequeue();
      if (skb !== undefined) return this.sent(skb);
    }
    return undefined;
  }
}

export const mq: QdiscKind<MqOptions> = {
  name: "mq",
  description: "A discipline for each transmit queue, which packets choose by their queue_mapping.",
  options: {
    queues: {
      type: "integer",
      minimum: 1,
      maximum: MOST_QUEUES,
      description: "Transmit queues of the device, which are classes from :1 on.",
    },
  },
  words: {
    queues: { key: "queues", type: "integer" },
  },
  required: ["queues"],
  classOptions: {},
  rootOnly: true,
  parse(given, classes, handle) {
    const options = new Options(given);
    const queues = options.need("queues", options.integer("queues"));
    for (const classid of classes.keys())
      if (classid <= handle || classid > handle + queues)
        new Options({}, classid).fail(
          "classes",
          `The queues of this qdisc are the classes from 1 to ${queues.toString(16)} under its own handle.`,
        );
    return { queues };
  },
  create: (options, surroundings) => new MqQdisc(options, surroundings),
};
