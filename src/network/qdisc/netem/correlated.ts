import type { Taus113 } from "./taus113.ts";

/** Random numbers of which each depends on the one before (get_crandom of sch_netem.c). */
export class Correlated {
  private last: number;
  private readonly correlation: number;
  private readonly generator: Taus113;

  /** @param correlation 32 bits; 0: none. @param last what the first one depends on. */
  constructor(correlation: number, last: number, generator: Taus113) {
    this.correlation = correlation;
    this.last = last;
    this.generator = generator;
  }

  /** 32 bits, unsigned. */
  next(): number {
    const value = this.generator.next();
    if (this.correlation === 0) return value;
    const weight = BigInt(this.correlation) + 1n;
    this.last = Number((BigInt(value) * (0x1_0000_0000n - weight) + BigInt(this.last) * weight) >> 32n);
    return this.last;
  }
}
