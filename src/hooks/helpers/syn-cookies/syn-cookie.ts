import { type SipHashKey, sipHash } from "./sip-hash.ts";

/** A TCP segment's addresses (4 or 16 bytes each) and the two ports as they stand in its header (4 bytes). */
export interface SegmentEnds {
  readonly source: Uint8Array;
  readonly destination: Uint8Array;
  readonly ports: Uint8Array;
}

/** What a cookie counts by the minute in its upper byte; the rest is a hash. */
const COUNT_SHIFT = 24;
const HASH_MASK = 0xff_ffff;
/** Minutes that a cookie is good for (MAX_SYNCOOKIE_AGE). */
const MAX_AGE = 2;
/** The sizes of segments that a cookie can tell (net/ipv4/syncookies.c, net/ipv6/syncookies.c: msstab). */
const SEGMENT_SIZES = { 4: [536, 1300, 1440, 1460], 6: [1220, 1420, 1440, 8940] } as const;

const versionOf = ({ source }: SegmentEnds): 4 | 6 => (source.length === 4 ? 4 : 6);

/**
 * SYN cookies: sequence numbers by which a host knows an ACK for one that it has sent, without having kept anything
 * (net/ipv4/syncookies.c). Numbers are unsigned, of 32 bits.
 */
export class SynCookies {
  private readonly secrets: readonly [SipHashKey, SipHashKey];

  /** @param random 64 bits, unsigned, for each call. */
  constructor(random: () => bigint) {
    this.secrets = [
      [random(), random()],
      [random(), random()],
    ];
  }

  /**
   * The cookie that answers a SYN, and the size of segments that it stands for.
   * @param sequence the SYN's sequence number.
   * @param segmentSize what the SYN asks for.
   * @param minute of the kernel's clock.
   */
  create(ends: SegmentEnds, sequence: number, segmentSize: number, minute: number): { cookie: number; mss: number } {
    const sizes = SEGMENT_SIZES[versionOf(ends)];
    const index = Math.max(
      sizes.findLastIndex((size) => segmentSize >= size),
      0,
    );
    const cookie =
      this.hash(ends, 0, 0) +
      sequence +
      ((minute << COUNT_SHIFT) >>> 0) +
      ((this.hash(ends, minute, 1) + index) & HASH_MASK);
    return { cookie: cookie >>> 0, mss: sizes[index]! };
  }

  /** The size of segments that a cookie stands for; 0 where it is none of ours, or too old. @param sequence of the SYN that it answered. */
  check(ends: SegmentEnds, cookie: number, sequence: number, minute: number): number {
    const rest = (cookie - this.hash(ends, 0, 0) - sequence) >>> 0;
    const age = (minute - (rest >>> COUNT_SHIFT)) & 0xff;
    if (age >= MAX_AGE) return 0;
    const index = (rest - this.hash(ends, minute - age, 1)) & HASH_MASK;
    return SEGMENT_SIZES[versionOf(ends)][index] ?? 0;
  }

  private hash(ends: SegmentEnds, count: number, secret: 0 | 1): number {
    const { source, destination, ports } = ends;
    const counted = Buffer.alloc(4);
    counted.writeInt32LE(count | 0);
    const last = versionOf(ends) === 4 ? [ports.subarray(2), ports.subarray(0, 2), counted] : [counted, ports];
    const bytes = Buffer.concat([source, destination, ...last]);
    return Number(sipHash(bytes, this.secrets[secret]) & 0xffff_ffffn);
  }
}
