import { hostOrder } from "./host-order.ts";
import type { CaptureInput } from "./input.ts";
import { canonicalLinkType, LINKTYPE, linkTypeName } from "./link-type.ts";
import type { CapturePrecision } from "./pcap-writer.ts";
import type { CaptureReader } from "./reader.ts";
import { type KeepRecords, type RunProgress, siftRecords, type WantsPacket } from "./record-run.ts";
import { effectiveSnapshotLength, maximumSnapshotLength } from "./snapshot-length.ts";
import { usbOriginalLength } from "./usb-length.ts";

const MICROSECONDS = 0xa1b2c3d4;
const NANOSECONDS = 0xa1b23c4d;
/** Alexey Kuznetsov's variant: each record has 8 more bytes (interface index, protocol, packet type, padding). */
const KUZNETSOV = 0xa1b2cd34;

/** Whether a file that begins with this number, in one byte order or the other, is a pcap file. */
export function isPcapMagic(magic: number): boolean {
  return magic === MICROSECONDS || magic === NANOSECONDS || magic === KUZNETSOV;
}

const FILE_HEADER_SIZE = 24;
const RECORD_HEADER_SIZE = 16;
const KUZNETSOV_RECORD_HEADER_SIZE = 24;
/** The upper 6 bits of the link-type field tell the length of the frame check sequence. */
const LINK_TYPE_MASK = 0x03ffffff;
const ETHERNET_HEADER_SIZE = 14;

/** Which of a record's two lengths comes first. */
const CAPTURED_FIRST = 0;
/** Version 2.3 swapped the fields, but some writers put that number on files in the old order. */
const SMALLER_FIRST = 1;
const ORIGINAL_FIRST = 2;

/**
 * Reads pcap files, as libpcap does (pcap-savefile(5), sf-pcap.c):
 *
 *     file    magic 4 | major 2 | minor 2 | zone 4 | accuracy 4 | snapshot length 4 | link type 4 | records
 *     record  seconds 4 | micro- or nanoseconds 4 | captured length 4 | original length 4 | bytes
 */
export class PcapReader implements CaptureReader {
  readonly file: string;
  readonly format = "pcap";
  readonly byteOrder: "little" | "big";
  readonly linkType: number;
  readonly snapshotLength: number;
  bytes: Uint8Array;
  at = 0;
  length = 0;
  originalLength = 0;
  seconds = 0;
  nanoseconds = 0;
  index = 0;

  readonly #input: CaptureInput;
  readonly #little: boolean;
  readonly #recordHeaderSize: number;
  readonly #lengthOrder: number;
  readonly #maximumLength: number;
  /** Nanoseconds in a unit of the fraction field, and how many such units a second has. */
  readonly #unit: number;
  readonly #unitsPerSecond: number;

  /** Reads the file header. The first four bytes have been found to be a magic number. */
  constructor(input: CaptureInput) {
    this.file = input.file;
    this.bytes = input.bytes;
    this.#input = input;
    const got = input.require(FILE_HEADER_SIZE);
    if (got < FILE_HEADER_SIZE) input.failCutShort("The file header", FILE_HEADER_SIZE, got);
    const { view, at } = input;
    const little = isPcapMagic(view.getUint32(at, true));
    this.#little = little;
    this.byteOrder = little ? "little" : "big";

    const major = view.getUint16(at + 4, little);
    const minor = view.getUint16(at + 6, little);
    // DG/UX tcpdump writes version 543.0.
    if (!(major === 2 && minor <= 4) && !(major === 543 && minor === 0))
      input.fail(
        `The file header says pcap version ${major}.${minor}; versions 2.0 to 2.4 can be read.`,
        "The file is damaged, or is not a capture.",
      );
    this.#lengthOrder = major === 543 || minor < 3 ? ORIGINAL_FIRST : minor === 3 ? SMALLER_FIRST : CAPTURED_FIRST;

    const magic = view.getUint32(at, little);
    this.#unitsPerSecond = magic === NANOSECONDS ? 1e9 : 1e6;
    this.#unit = 1e9 / this.#unitsPerSecond;
    this.#recordHeaderSize = magic === KUZNETSOV ? KUZNETSOV_RECORD_HEADER_SIZE : RECORD_HEADER_SIZE;

    this.linkType = canonicalLinkType(view.getUint32(at + 20, little) & LINK_TYPE_MASK);
    this.#maximumLength = maximumSnapshotLength(this.linkType);
    const snapshotLength = effectiveSnapshotLength(view.getUint32(at + 16, little), this.linkType);
    // Such a file may be of a cooked capture, to whose packets an Ethernet header was added.
    const added = magic === KUZNETSOV && this.linkType === LINKTYPE.ETHERNET ? ETHERNET_HEADER_SIZE : 0;
    this.snapshotLength = snapshotLength + added;
    input.at += FILE_HEADER_SIZE;
  }

  next(): boolean {
    const input = this.#input;
    const little = this.#little;
    const headerSize = this.#recordHeaderSize;
    const present = input.require(headerSize);
    if (present === 0) return false;
    if (present < headerSize) this.#failCutShort(headerSize, present);

    let captured = input.view.getUint32(input.at + 8, little);
    let original = input.view.getUint32(input.at + 12, little);
    if (this.#lengthOrder === ORIGINAL_FIRST || (this.#lengthOrder === SMALLER_FIRST && captured > original)) {
      const first = captured;
      captured = original;
      original = first;
    }
    if (captured > this.#maximumLength) this.#failTooLong(captured);
    const size = headerSize + captured;
    const got = input.require(size);
    if (got < size) this.#failCutShort(size, got);

    const { view, at } = input;
    let seconds = view.getUint32(at, little);
    let fraction = view.getUint32(at + 4, little);
    if (fraction >= this.#unitsPerSecond) {
      const carry = Math.floor(fraction / this.#unitsPerSecond);
      seconds += carry;
      fraction -= carry * this.#unitsPerSecond;
    }
    this.seconds = seconds;
    this.nanoseconds = fraction * this.#unit;
    this.bytes = input.bytes;
    this.at = at + headerSize;
    this.length = Math.min(captured, this.snapshotLength);
    this.originalLength = original;
    this.index++;
    input.at = at + size;
    if (!little) hostOrder(this.linkType, view, this.at, this.length, original);
    if (this.linkType === LINKTYPE.USB_LINUX_MMAPPED)
      this.originalLength = usbOriginalLength(view, this.at, this.length, original);
    return true;
  }

  /**
   * Looks at the records that are in the buffer already, as long as they are as this file's writer would write them anew,
   * and hands on those that are wanted; `next` goes on behind them. Returns how many it has handed on, and counts all.
   * @param precision of the file that the records are for, which is little-endian; absent: any.
   */
  sift(precision: CapturePrecision | undefined, wants: WantsPacket, keep: KeepRecords): number {
    if (!this.#little || this.#lengthOrder !== CAPTURED_FIRST || this.#recordHeaderSize !== RECORD_HEADER_SIZE)
      return 0;
    if (precision !== undefined && this.#unitsPerSecond !== (precision === "nanosecond" ? 1e9 : 1e6)) return 0;
    if (this.linkType === LINKTYPE.USB_LINUX_MMAPPED) return 0;
    const input = this.#input;
    const plain = {
      longest: Math.min(this.snapshotLength, this.#maximumLength),
      unitsPerSecond: this.#unitsPerSecond,
    };
    const progress: RunProgress = { at: input.at, seen: 0, kept: 0 };
    siftRecords(input.view, input.bytes, input.end, plain, wants, keep, progress);
    input.at = progress.at;
    this.index += progress.seen;
    return progress.kept;
  }

  close(): void {
    this.#input.close();
  }

  #failCutShort(wanted: number, got: number): never {
    return this.#input.failCutShort(`The record of packet ${this.index + 1}`, wanted, got);
  }

  #failTooLong(captured: number): never {
    return this.#input.fail(
      `The record of packet ${this.index + 1} says that ${captured} bytes were captured; packets of link type ${linkTypeName(this.linkType)} have at most ${this.#maximumLength}.`,
      "The file is damaged here, or already before; the packets before this one can be read.",
    );
  }
}
