import { type Framing, PLAIN } from "./framing.ts";

/** What an ATM cell carries, and how long it is (struct tc_ratespec, TC_LINKLAYER_ATM). */
const CELL = { payload: 48, bytes: 53 };

/** How long bytes take at a rate, in the kernel's fixed-point arithmetic (psched_ratecfg_precompute, psched_l2t_ns). */
export class Rate {
  /** Bytes a second. */
  readonly bytesPerSecond: number;
  private readonly multiplier: number;
  private readonly divisor: number;
  private readonly overhead: number;
  private readonly least: number;
  private readonly cells: boolean;

  constructor(bytesPerSecond: number, { overhead, mpu, linklayer }: Framing = PLAIN) {
    this.bytesPerSecond = bytesPerSecond;
    this.overhead = overhead;
    this.least = mpu;
    this.cells = linklayer === "atm";
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

  /** Nanoseconds that a packet takes. @param bytes its own length. */
  time(bytes: number): number {
    const framed = Math.max(bytes + this.overhead, this.least);
    const counted = this.cells ? Math.ceil(framed / CELL.payload) * CELL.bytes : framed;
    return Math.floor((counted * this.multiplier) / this.divisor);
  }
}
