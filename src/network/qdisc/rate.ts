/** How long bytes take at a rate, in the kernel's fixed-point arithmetic (psched_ratecfg_precompute, psched_l2t_ns). */
export class Rate {
  /** Bytes a second. */
  readonly bytesPerSecond: number;
  private readonly multiplier: number;
  private readonly divisor: number;

  constructor(bytesPerSecond: number) {
    this.bytesPerSecond = bytesPerSecond;
    const rate = BigInt(Math.max(1, Math.trunc(bytesPerSecond)));
    let factor = 1_000_000_000n;
    let shift = 0n;
    while ((factor / rate) >> 31n === 0n && factor >> 63n === 0n) {
      factor <<= 1n;
      shift++;
    }
    this.multiplier = Number(BigInt.asUintN(32, factor / rate));
    this.divisor = 2 ** Number(shift);
  }

  /** Nanoseconds. */
  time(bytes: number): number {
    return Math.floor((bytes * this.multiplier) / this.divisor);
  }
}
