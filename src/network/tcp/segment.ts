import { get16, get32 } from "../../packet/wire.ts";
import { ACK, FIN, RST, SYN } from "./flags.ts";

/** Length in bytes of a TCP header without options. */
export const TCP_HEADER = 20;

const END_OF_OPTIONS = 0;
const NO_OPERATION = 1;
const MAXIMUM_SEGMENT_SIZE = 2;
const WINDOW_SCALE = 3;
const SACK_PERMITTED = 4;
const TIMESTAMPS = 8;
/** Largest shift that a window may have (RFC 7323 section 2.3). */
const LARGEST_SCALE = 14;

/** A received segment's header, options included. One object is read into again and again. */
export class Segment {
  source = 0;
  destination = 0;
  sequence = 0;
  acknowledgement = 0;
  flags = 0;
  /** As in the header: not scaled. */
  window = 0;
  /** In bytes, options included. */
  headerLength = 0;
  /** Address of the first payload byte. */
  payload = 0;
  /** Bytes of payload that a socket's filter left. */
  length = 0;
  /** Bytes of payload in each of the segments that it was put together from; 0: it is one. */
  partSize = 0;
  /** Bytes of payload on the wire. */
  original = 0;
  /** Sequence number behind the segment; SYN and FIN count. */
  end = 0;
  /** Maximum segment size that the peer takes; 0: it did not say. */
  mss = 0;
  /** Shift of the peer's windows; -1: it offers none. */
  windowScale = -1;
  sackPermitted = false;
  hasTimestamps = false;
  /** TSval and TSecr (RFC 7323 section 3). */
  timestamp = 0;
  echoedTimestamp = 0;

  has(flag: number): boolean {
    return (this.flags & flag) !== 0;
  }

  /**
   * Reads the segment of `available` bytes at `at`.
   * @returns false when that is shorter than its header, or its header shorter than any can be.
   */
  read(bytes: Uint8Array, at: number, available: number): boolean {
    if (available < TCP_HEADER) return false;
    const headerLength = (bytes[at + 12]! >> 4) * 4;
    if (headerLength < TCP_HEADER || headerLength > available) return false;
    this.source = get16(bytes, at);
    this.destination = get16(bytes, at + 2);
    this.sequence = get32(bytes, at + 4);
    this.acknowledgement = get32(bytes, at + 8);
    this.flags = bytes[at + 13]!;
    this.window = get16(bytes, at + 14);
    this.headerLength = headerLength;
    this.payload = at + headerLength;
    this.original = available - headerLength;
    this.keep(this.original);
    this.mss = 0;
    this.windowScale = -1;
    this.sackPermitted = false;
    this.hasTimestamps = false;
    if (headerLength > TCP_HEADER) this.readOptions(bytes, at + TCP_HEADER, this.payload);
    return true;
  }

  /** A socket's filter left `length` bytes of payload: the rest never existed for TCP (tcp_v4_fill_cb comes after tcp_filter). */
  keep(length: number): void {
    this.length = length;
    const controls = (this.has(SYN) ? 1 : 0) + (this.has(FIN) ? 1 : 0);
    this.end = (this.sequence + length + controls) >>> 0;
  }

  /** SYN, RST and ACK alone, as states that wait for a handshake look at them. */
  get handshakeFlags(): number {
    return this.flags & (SYN | RST | ACK);
  }

  /** tcp_parse_options: ends at the first option whose length cannot be; skips what it does not know. */
  private readOptions(bytes: Uint8Array, start: number, end: number): void {
    const isSyn = this.has(SYN);
    let at = start;
    while (at < end) {
      const kind = bytes[at]!;
      if (kind === END_OF_OPTIONS) return;
      if (kind === NO_OPERATION) {
        at++;
        continue;
      }
      const length = at + 1 < end ? bytes[at + 1]! : 0;
      if (length < 2 || at + length > end) return;
      if (kind === TIMESTAMPS && length === 10) {
        this.hasTimestamps = true;
        this.timestamp = get32(bytes, at + 2);
        this.echoedTimestamp = get32(bytes, at + 6);
      } else if (isSyn && kind === MAXIMUM_SEGMENT_SIZE && length === 4) {
        const mss = get16(bytes, at + 2);
        if (mss !== 0) this.mss = mss;
      } else if (isSyn && kind === WINDOW_SCALE && length === 3)
        this.windowScale = Math.min(bytes[at + 2]!, LARGEST_SCALE);
      else if (isSyn && kind === SACK_PERMITTED && length === 2) this.sackPermitted = true;
      at += length;
    }
  }
}
