import { fail } from "../../errors.ts";
import { LINKTYPE } from "./link-type.ts";
import { CaptureOutput } from "./output.ts";
import type { CapturePrecision } from "./pcap-writer.ts";
import { ENHANCED_PACKET, INTERFACE_DESCRIPTION, SECTION_HEADER } from "./pcapng-blocks.ts";
import { maximumSnapshotLength } from "./snapshot-length.ts";

export interface PcapngWriterOptions {
  /** Bytes of a packet that are kept, from 1; default, and at most, what libpcap reads for the packet's link type. */
  readonly snapLength?: number;
  readonly precision: CapturePrecision;
}

const SECTION_HEADER_SIZE = 28;
const INTERFACE_SIZE = 32;
/** Of an Enhanced Packet Block, what comes before the packet's bytes. */
const PACKET_HEAD_SIZE = 28;
const TRAILER_SIZE = 4;

/**
 * Writes a pcapng file (draft-ietf-opsawg-pcapng) for packets of several link types: little-endian, one section, an
 * interface for each link type in the order in which they appear. libpcap reads it if they are all of one. Every
 * method throws a NetsimError `file-unwritable` if the system does not let it write.
 */
export class PcapngWriter {
  readonly #output: CaptureOutput;
  readonly #options: PcapngWriterOptions;
  readonly #unitsPerSecond: number;
  readonly #nanosecondsPerUnit: number;
  /** Link types by interface number. */
  readonly #interfaces: number[] = [];

  /** Creates the file, or empties it; "-" is standard output. */
  constructor(file: string, options: PcapngWriterOptions) {
    this.#options = options;
    this.#unitsPerSecond = options.precision === "nanosecond" ? 1e9 : 1e6;
    this.#nanosecondsPerUnit = 1e9 / this.#unitsPerSecond;
    this.#output = new CaptureOutput(file);
    const at = this.#output.take(SECTION_HEADER_SIZE);
    const { view } = this.#output;
    view.setUint32(at, SECTION_HEADER, true);
    view.setUint32(at + 4, SECTION_HEADER_SIZE, true);
    view.setUint32(at + 8, 0x1a2b3c4d, true);
    view.setUint16(at + 12, 1, true);
    view.setUint16(at + 14, 0, true);
    // The section's length: not given.
    view.setInt32(at + 16, -1, true);
    view.setInt32(at + 20, -1, true);
    view.setUint32(at + 24, SECTION_HEADER_SIZE, true);
  }

  /**
   * Writes the packet `bytes[at] .. bytes[at + length - 1]`, which had `originalLength` bytes on the wire. The time is
   * whole seconds since 1970, at most 2^64 units of the precision, and nanoseconds below one second; finer than the
   * precision is dropped.
   */
  write(
    bytes: Uint8Array,
    at: number,
    length: number,
    originalLength: number,
    seconds: number,
    nanoseconds: number,
    linkType: number,
  ): void {
    let number = this.#interfaces.indexOf(linkType);
    if (number < 0) number = this.#addInterface(linkType);
    const captured = Math.min(length, this.#snapshotLength(linkType));
    const padding = -captured & 3;
    const size = PACKET_HEAD_SIZE + captured + padding + TRAILER_SIZE;

    // seconds * unitsPerSecond + fraction = middle * 2^16 + low, with every step below 2^53.
    const fraction = Math.floor(nanoseconds / this.#nanosecondsPerUnit);
    const upperSeconds = Math.floor(seconds / 65536);
    const lower = (seconds - upperSeconds * 65536) * this.#unitsPerSecond + fraction;
    const middle = upperSeconds * this.#unitsPerSecond + Math.floor(lower / 65536);
    const timeHigh = Math.floor(middle / 65536);
    if (timeHigh < 0 || timeHigh > 0xffffffff) this.#failTime(seconds);

    const output = this.#output;
    const { view } = output;
    const head = output.take(PACKET_HEAD_SIZE);
    view.setUint32(head, ENHANCED_PACKET, true);
    view.setUint32(head + 4, size, true);
    view.setUint32(head + 8, number, true);
    view.setUint32(head + 12, timeHigh, true);
    view.setUint32(head + 16, (middle - timeHigh * 65536) * 65536 + (lower % 65536), true);
    view.setUint32(head + 20, captured, true);
    view.setUint32(head + 24, originalLength, true);
    output.append(bytes, at, captured);
    const tail = output.take(padding + TRAILER_SIZE);
    for (let i = 0; i < padding; i++) view.setUint8(tail + i, 0);
    view.setUint32(tail + padding, size, true);
  }

  /** Nobody reads standard output any more; what is written is lost. */
  get isUnread(): boolean {
    return this.#output.isUnread;
  }

  /**
   * Writes what is left and closes the file. Further calls do nothing. Without packets, the file says that it is of
   * Ethernet, because libpcap refuses a file without an interface.
   */
  close(): void {
    if (this.#interfaces.length === 0) this.#addInterface(LINKTYPE.ETHERNET);
    this.#output.close();
  }

  #snapshotLength(linkType: number): number {
    const longest = maximumSnapshotLength(linkType);
    return Math.min(this.#options.snapLength ?? longest, longest);
  }

  /** Returns the interface's number. Its one option is if_tsresol. */
  #addInterface(linkType: number): number {
    const at = this.#output.take(INTERFACE_SIZE);
    const { view } = this.#output;
    view.setUint32(at, INTERFACE_DESCRIPTION, true);
    view.setUint32(at + 4, INTERFACE_SIZE, true);
    view.setUint16(at + 8, linkType, true);
    view.setUint16(at + 10, 0, true);
    view.setUint32(at + 12, this.#snapshotLength(linkType), true);
    view.setUint16(at + 16, 9, true);
    view.setUint16(at + 18, 1, true);
    view.setUint32(at + 20, this.#options.precision === "nanosecond" ? 9 : 6, true);
    // opt_endofopt
    view.setUint32(at + 24, 0, true);
    view.setUint32(at + 28, INTERFACE_SIZE, true);
    this.#interfaces.push(linkType);
    return this.#interfaces.length - 1;
  }

  #failTime(seconds: number): never {
    return fail(
      "file-unwritable",
      `${this.#output.file} cannot hold a packet of second ${seconds}: its times are 64 bits of ${this.#options.precision}s since 1970.`,
      {
        place: { file: this.#output.file },
      },
    );
  }
}
