/**
 * Reads packets from a capture one after another, without an object per packet: `next` moves on, and the fields
 * describe the packet that it found until it is called again. Memory does not depend on the size of the capture.
 */
export interface CaptureReader {
  /** The capture's file name as it was given; "-" is standard input. */
  readonly file: string;
  readonly format: "pcap" | "pcapng";
  /**
   * Byte order of the machine that wrote the file (in pcapng: this packet's section). Of use where a link type leaves
   * it to the writer, as LINKTYPE_NULL does with its protocol family. The pseudo-headers that libpcap turns into the
   * reader's order are little-endian already.
   */
  readonly byteOrder: "little" | "big";
  /**
   * Moves to the next packet; false at the end. Throws a NetsimError: `bad-capture` with the byte offset of the record
   * or block that cannot be read, `file-unreadable` when reading itself fails. A call after an error throws it again.
   */
  next(): boolean;
  /** The packet's bytes are `bytes[at] .. bytes[at + length - 1]`; read `bytes` anew after each `next`. */
  readonly bytes: Uint8Array;
  readonly at: number;
  /** Bytes captured, at most the snapshot length: as libpcap does, a longer packet is cut there. */
  readonly length: number;
  /** Bytes that the packet had on the wire, as the capture tells it: a damaged one may say less than `length`. */
  readonly originalLength: number;
  /**
   * Time of capture since 1970: whole seconds, and nanoseconds from 0 to 999,999,999. pcap's seconds are read as
   * unsigned (1970 to 2106); a fraction of a second or more is carried. A simple packet of pcapng has no time: 0.
   */
  readonly seconds: number;
  readonly nanoseconds: number;
  /** Bytes of a packet that were kept at most, in pcapng by the interface of this packet; 0 before the first one. */
  readonly snapshotLength: number;
  /** LINKTYPE_ value, of this packet's interface; in pcapng 0 before the first packet. */
  readonly linkType: number;
  /** Number of this packet, from 1; 0 before the first. */
  readonly index: number;
  /** Closes the file; `next` must not be called any more. */
  close(): void;
}
