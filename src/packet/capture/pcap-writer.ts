import { fail } from "../../errors.ts";
import { CaptureOutput } from "./output.ts";
import { maximumSnapshotLength } from "./snapshot-length.ts";

/** How finely a capture keeps times. */
export type CapturePrecision = "nanosecond" | "microsecond";

export interface PcapWriterOptions {
  /** LINKTYPE_ value of every packet. */
  readonly linkType: number;
  /** Bytes of a packet that are kept, from 1; default, and at most, what libpcap reads for this link type. */
  readonly snapLength?: number;
  readonly precision: CapturePrecision;
}

const FILE_HEADER_SIZE = 24;
const RECORD_HEADER_SIZE = 16;

/**
 * Writes a pcap file (pcap-savefile(5)), little-endian, version 2.4. Every method throws a NetsimError
 * `file-unwritable` if the system does not let it write.
 */
export class PcapWriter {
  readonly #output: CaptureOutput;
  readonly #snapshotLength: number;
  readonly #nanosecondsPerUnit: number;

  /** Creates the file, or empties it; "-" is standard output. */
  constructor(file: string, options: PcapWriterOptions) {
    const longest = maximumSnapshotLength(options.linkType);
    this.#snapshotLength = Math.min(options.snapLength ?? longest, longest);
    this.#nanosecondsPerUnit = options.precision === "nanosecond" ? 1 : 1000;
    this.#output = new CaptureOutput(file);
    const at = this.#output.take(FILE_HEADER_SIZE);
    const { view } = this.#output;
    view.setUint32(at, options.precision === "nanosecond" ? 0xa1b23c4d : 0xa1b2c3d4, true);
    view.setUint16(at + 4, 2, true);
    view.setUint16(at + 6, 4, true);
    view.setUint32(at + 8, 0, true);
    view.setUint32(at + 12, 0, true);
    view.setUint32(at + 16, this.#snapshotLength, true);
    view.setUint32(at + 20, options.linkType, true);
  }

  /**
   * Writes the packet `bytes[at] .. bytes[at + length - 1]`, which had `originalLength` bytes on the wire. The time is
   * whole seconds since 1970, at most 2^32 - 1, and nanoseconds below one second; finer than the precision is dropped.
   */
  write(
    bytes: Uint8Array,
    at: number,
    length: number,
    originalLength: number,
    seconds: number,
    nanoseconds: number,
  ): void {
    if (seconds < 0 || seconds > 0xffffffff) this.#failTime(seconds);
    const captured = Math.min(length, this.#snapshotLength);
    const output = this.#output;
    const header = output.take(RECORD_HEADER_SIZE);
    const { view } = output;
    view.setUint32(header, seconds, true);
    view.setUint32(header + 4, nanoseconds / this.#nanosecondsPerUnit, true);
    view.setUint32(header + 8, captured, true);
    view.setUint32(header + 12, originalLength, true);
    output.append(bytes, at, captured);
  }

  /** Writes records as they are, which have this file's byte order, precision and at most its snapshot length. */
  writeRecords(bytes: Uint8Array, from: number, length: number): void {
    this.#output.append(bytes, from, length);
  }

  /** Nobody reads standard output any more; what is written is lost. */
  get isUnread(): boolean {
    return this.#output.isUnread;
  }

  /** Writes what is left and closes the file. Further calls do nothing. */
  close(): void {
    this.#output.close();
  }

  #failTime(seconds: number): never {
    return fail(
      "file-unwritable",
      `${this.#output.file} cannot hold a packet of second ${seconds}: pcap counts from 1970 to 2106.`,
      {
        place: { file: this.#output.file },
        hint: "Write pcapng, whose times reach further.",
      },
    );
  }
}
