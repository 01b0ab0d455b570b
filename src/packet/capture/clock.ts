/**
 * Turns the 64-bit timestamps of a pcapng interface into seconds and nanoseconds: exact for every resolution, rounded
 * down, without allocation.
 */
export class CaptureClock {
  /** What `read` found. Nanoseconds are below one second. */
  seconds = 0;
  nanoseconds = 0;
  readonly #offset: number;
  /** Units of 2^-bits seconds; undefined: decimal units. */
  readonly #bits: number | undefined;
  /** Units in a nanosecond where they are finer than that, else 1. */
  readonly #unitsPerNanosecond: number;
  /** Of the units that are left after that division. */
  readonly #unitsPerSecond: number;
  readonly #nanosecondsPerUnit: number;
  /** What `divide` found: the quotient's part from 2^19 up, the rest of it, and the remainder. */
  #upperQuotient = 0;
  #lowerQuotient = 0;
  #remainder = 0;

  /**
   * `resolution` as in if_tsresol: the exponent of 10^-n (0 to 19), or with the upper bit set of 2^-n (0 to 63).
   * `offset` as in if_tsoffset: seconds to add.
   */
  constructor(resolution: number, offset: number) {
    this.#offset = offset;
    this.#bits = resolution & 0x80 ? resolution & 0x7f : undefined;
    this.#unitsPerNanosecond = 10 ** Math.max(resolution - 9, 0);
    this.#unitsPerSecond = 10 ** Math.min(resolution, 9);
    this.#nanosecondsPerUnit = 1e9 / this.#unitsPerSecond;
  }

  /** Reads the timestamp `high * 2^32 + low`; `low` may also be given as a signed 32-bit number. */
  read(high: number, low: number): void {
    if (this.#bits === undefined) this.#readDecimal(high, low);
    else this.#readBinary(high, low, this.#bits);
  }

  #readDecimal(high: number, low: number): void {
    if (this.#unitsPerNanosecond > 1) {
      this.#divide(high, low, this.#unitsPerNanosecond);
      high = Math.floor(this.#upperQuotient / 8192);
      low = (this.#upperQuotient - high * 8192) * 524288 + this.#lowerQuotient;
    }
    this.#divide(high, low, this.#unitsPerSecond);
    this.seconds = this.#upperQuotient * 524288 + this.#lowerQuotient + this.#offset;
    this.nanoseconds = this.#remainder * this.#nanosecondsPerUnit;
  }

  /** Long division by at most 10^10 in two steps, the upper 45 bits and the lower 19, so that each stays below 2^53. */
  #divide(high: number, low: number, divisor: number): void {
    const upper = high * 8192 + (low >>> 19);
    const upperQuotient = Math.floor(upper / divisor);
    const lower = (upper - upperQuotient * divisor) * 524288 + (low & 524287);
    const lowerQuotient = Math.floor(lower / divisor);
    this.#upperQuotient = upperQuotient;
    this.#lowerQuotient = lowerQuotient;
    this.#remainder = lower - lowerQuotient * divisor;
  }

  #readBinary(high: number, low: number, bits: number): void {
    // The fraction as a 64-bit number of 2^-64 seconds: its upper and lower half.
    let upper = 0;
    let lower = 0;
    if (bits < 32) {
      this.seconds = high * 2 ** (32 - bits) + (low >>> bits);
      if (bits > 0) upper = low << (32 - bits);
    } else if (bits === 32) {
      this.seconds = high;
      upper = low;
    } else {
      this.seconds = high >>> (bits - 32);
      upper = (high << (64 - bits)) | (low >>> (bits - 32));
      lower = low << (64 - bits);
    }
    this.seconds += this.#offset;
    // Times 10^9, 16 bits at a time from the lowest, keeping what goes above 2^64.
    let product = Math.floor(((lower & 0xffff) * 1e9) / 65536);
    product = Math.floor(((lower >>> 16) * 1e9 + product) / 65536);
    product = Math.floor(((upper & 0xffff) * 1e9 + product) / 65536);
    this.nanoseconds = Math.floor(((upper >>> 16) * 1e9 + product) / 65536);
  }
}
