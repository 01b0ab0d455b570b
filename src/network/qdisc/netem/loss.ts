import type { Taus113 } from "./taus113.ts";

/** Probabilities of 32 bits, 0xffffffff for certain. */
export type LossModel =
  | { readonly kind: "random"; readonly probability: number }
  /** Transitions of the chain of four states (NETEM_LOSS_GI). */
  | {
      readonly kind: "state";
      readonly p13: number;
      readonly p31: number;
      readonly p32: number;
      readonly p23: number;
      readonly p14: number;
    }
  /** Gilbert and Elliott's chain: to the bad state and back, and what gets through there and is lost elsewhere (NETEM_LOSS_GE). */
  | { readonly kind: "gemodel"; readonly p: number; readonly r: number; readonly h: number; readonly k1: number };

/** A chain of states whose losses come in groups (loss_4state and loss_gilb_ell of sch_netem.c). */
export class LossChain {
  private state: "gap" | "burst" | "lost in gap" | "lost in burst" | "good" | "bad";
  private readonly model: LossModel;
  private readonly generator: Taus113;

  constructor(model: LossModel, generator: Taus113) {
    this.model = model;
    this.generator = generator;
    this.state = model.kind === "gemodel" ? "good" : "gap";
  }

  /** Is the next packet lost? */
  next(): boolean {
    const { model } = this;
    return model.kind === "gemodel" ? this.gilbertElliott(model) : model.kind === "state" && this.fourStates(model);
  }

  private fourStates({ p13, p31, p32, p23, p14 }: LossModel & { kind: "state" }): boolean {
    const drawn = this.generator.next();
    switch (this.state) {
      case "gap":
        if (drawn < p14) this.state = "lost in gap";
        // The kernel's sum has 32 bits.
        else if (drawn < (p13 + p14) >>> 0) this.state = "lost in burst";
        return this.state !== "gap";
      case "burst":
        if (drawn < p23) this.state = "lost in burst";
        return this.state !== "burst";
      case "lost in burst":
        if (drawn < p32) this.state = "burst";
        else if (drawn < (p31 + p32) >>> 0) this.state = "gap";
        return this.state === "lost in burst";
      default:
        this.state = "gap";
        return false;
    }
  }

  private gilbertElliott({ p, r, h, k1 }: LossModel & { kind: "gemodel" }): boolean {
    const { generator } = this;
    if (this.state === "good") {
      if (generator.next() < p) this.state = "bad";
      return generator.next() < k1;
    }
    if (generator.next() < r) this.state = "good";
    return generator.next() > h;
  }
}
