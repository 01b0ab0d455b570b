import type { Skb } from "../../packet/skb.ts";
import { classOf } from "./classes.ts";
import { countSent } from "./counts.ts";
import type { Qdisc, QdiscClass, QdiscSurroundings } from "./qdisc.ts";
import { Queue } from "./queue.ts";
import type { Xmit } from "./xmit.ts";

/** What a packet's band is called while nothing but its end is known. */
export type Ended = "dropped" | "stolen";

/** Disciplines that are served strictly in their order. */
export abstract class Bands extends Queue {
  classes: readonly QdiscClass[] = [];
  protected bands: Qdisc[];

  constructor(bands: Qdisc[], surroundings: QdiscSurroundings) {
    super(surroundings);
    this.bands = bands;
  }

  /** Number of a packet's band. */
  protected abstract bandOf(skb: Skb): number | Ended;

  /** Makes a class of each band. */
  protected exhibit(): void {
    const { handle } = this.surroundings;
    this.classes = this.bands.map((_, i) => classOf(handle + i + 1, () => this.bands[i]!));
  }

  enqueue(skb: Skb): Xmit {
    const band = this.bandOf(skb);
    if (typeof band !== "number") return this.unclassified(band, skb);
    return this.pass(skb, this.bands[band]!);
  }

  override dequeue(): Skb | undefined {
    return this.take();
  }

  override peek(): Skb | undefined {
    for (const band of this.bands) {
      const skb = band.peek();
      if (skb !== undefined) return skb;
    }
    return undefined;
  }

  protected take(): Skb | undefined {
    for (const band of this.bands) {
      const skb = band.length === 0 ? undefined : band.dequeue();
      if (skb === undefined) continue;
      this.remove(skb);
      countSent(this.counts, skb);
      return skb;
    }
    return undefined;
  }

  protected clear(): void {
    for (const band of this.bands) band.reset();
  }
}
