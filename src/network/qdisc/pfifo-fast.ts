import type { Skb } from "../../packet/skb.ts";
import { Bands } from "./bands.ts";
import { FifoQdisc } from "./fifo.ts";
import { PRIORITY_BANDS } from "./prio.ts";
import type { QdiscKind, QdiscSurroundings } from "./qdisc.ts";

class PfifoFastQdisc extends Bands {
  readonly bypass = true;

  constructor(surroundings: QdiscSurroundings) {
    super(
      [0, 1, 2].map(() => new FifoQdisc("packets", {}, surroundings)),
      surroundings,
    );
  }

  protected bandOf(skb: Skb): number {
    return PRIORITY_BANDS[skb.priority & 15]!;
  }
}

/** Three bands by the packet's priority, each as long as the device's queue (pfifo_fast of sch_generic.c). */
export const pfifoFast: QdiscKind<undefined> = {
  name: "pfifo_fast",
  description: "Three bands by priority, each first in, first out.",
  options: {},
  words: {},
  parse: () => undefined,
  create: (_, surroundings) => new PfifoFastQdisc(surroundings),
};
