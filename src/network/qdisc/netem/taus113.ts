/** A generator of 32-bit numbers, as the kernel's: combined Tausworthe with period 2^113 (lib/random32.c; L'Ecuyer, 1999). */
export class Taus113 {
  private s1: number;
  private s2: number;
  private s3: number;
  private s4: number;

  /** @param seed 64 bits (prandom_seed_state). */
  constructor(seed: bigint) {
    const start = Number(((seed >> 32n) ^ (seed << 10n) ^ seed) & 0xffff_ffffn);
    this.s1 = atLeast(start, 2);
    this.s2 = atLeast(start, 8);
    this.s3 = atLeast(start, 16);
    this.s4 = atLeast(start, 128);
  }

  /** prandom_u32_state */
  next(): number {
    this.s1 = ((this.s1 & ~1) << 18) ^ (((this.s1 << 6) ^ this.s1) >>> 13);
    this.s2 = ((this.s2 & ~7) << 2) ^ (((this.s2 << 2) ^ this.s2) >>> 27);
    this.s3 = ((this.s3 & ~15) << 7) ^ (((this.s3 << 13) ^ this.s3) >>> 21);
    this.s4 = ((this.s4 & ~127) << 13) ^ (((this.s4 << 3) ^ this.s4) >>> 12);
    return (this.s1 ^ this.s2 ^ this.s3 ^ this.s4) >>> 0;
  }
}

/** __seed */
const atLeast = (value: number, least: number): number => (value < least ? value + least : value) | 0;
