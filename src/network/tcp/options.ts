import { set16, set32 } from "../../packet/wire.ts";

/** Bytes that the timestamps option takes with its padding (TCPOLEN_TSTAMP_ALIGNED). */
export const TIMESTAMPS_LENGTH = 12;
/** Bytes that options may take at most. */
const OPTION_SPACE = 40;

/* Each option with the padding that tcp_options_write puts before it, as one word. */
const MSS = 0x0204_0000;
const TIMESTAMPS = 0x0101_080a;
const SACK_PERMITTED_AND_TIMESTAMPS = 0x0402_080a;
const SACK_PERMITTED = 0x0101_0402;
const WINDOW_SCALE = 0x0103_0300;
const SACK = 0x0101_0500;

/** What a SYN or SYN+ACK carries. */
export interface HandshakeOptions {
  /** Maximum segment size that the sender of the option takes. */
  readonly mss: number;
  /** Shift of its windows, where it offers `windowScaling`. */
  readonly scale: number;
  readonly timestamps: boolean;
  readonly sackPermitted: boolean;
  readonly windowScaling: boolean;
}

/** Offers nothing. */
export const NO_OPTIONS: HandshakeOptions = {
  mss: 0,
  scale: 0,
  timestamps: false,
  sackPermitted: false,
  windowScaling: false,
};

/** Ranges of sequence numbers, start and end alternating, that a SACK option reports. */
export interface SackSource {
  /** Ranges to be reported, a duplicate's first. */
  readonly count: number;
  /** Start of range `index`. */
  start(index: number): number;
  /** End of range `index`. */
  end(index: number): number;
}

export function handshakeOptionsLength(options: HandshakeOptions): number {
  const middle = options.timestamps ? TIMESTAMPS_LENGTH : options.sackPermitted ? 4 : 0;
  return 4 + middle + (options.windowScaling ? 4 : 0);
}

/** Writes the options of a SYN or SYN+ACK at `at`, in tcp_options_write's order. */
export function writeHandshakeOptions(
  bytes: Uint8Array,
  start: number,
  options: HandshakeOptions,
  timestamp: number,
  echoed: number,
): void {
  let at = start;
  set32(bytes, at, MSS | options.mss);
  at += 4;
  if (options.timestamps) {
    set32(bytes, at, options.sackPermitted ? SACK_PERMITTED_AND_TIMESTAMPS : TIMESTAMPS);
    set32(bytes, at + 4, timestamp);
    set32(bytes, at + 8, echoed);
    at += TIMESTAMPS_LENGTH;
  } else if (options.sackPermitted) {
    set32(bytes, at, SACK_PERMITTED);
    at += 4;
  }
  if (options.windowScaling) set32(bytes, at, WINDOW_SCALE | options.scale);
}

/** How many ranges of `count` fit beside the timestamps. */
export function sackRanges(count: number, timestamps: boolean): number {
  return Math.min(count, (OPTION_SPACE - 4 - (timestamps ? TIMESTAMPS_LENGTH : 0)) >> 3);
}

/** Bytes that a SACK option of `ranges` ranges takes with its padding. */
export function sackLength(ranges: number): number {
  return ranges === 0 ? 0 : 4 + 8 * ranges;
}

export function writeTimestamps(bytes: Uint8Array, at: number, timestamp: number, echoed: number): void {
  set32(bytes, at, TIMESTAMPS);
  set32(bytes, at + 4, timestamp);
  set32(bytes, at + 8, echoed);
}

/** Writes a SACK option with the first `ranges` ranges (RFC 2018). */
export function writeSack(bytes: Uint8Array, at: number, ranges: number, source: SackSource): void {
  set16(bytes, at, SACK >>> 16);
  bytes[at + 2] = 5;
  bytes[at + 3] = 2 + 8 * ranges;
  for (let i = 0; i < ranges; i++) {
    set32(bytes, at + 4 + 8 * i, source.start(i));
    set32(bytes, at + 8 + 8 * i, source.end(i));
  }
}
