import { hostOrder } from "./host-order.ts";
import type { CaptureInput } from "./input.ts";
import { LINKTYPE } from "./link-type.ts";
import {
  ENHANCED_PACKET,
  INTERFACE_DESCRIPTION,
  PACKET,
  PcapngBlocks,
  SECTION_HEADER,
  SIMPLE_PACKET,
} from "./pcapng-blocks.ts";
import { type CaptureInterface, readInterface } from "./pcapng-interface.ts";
import type { CaptureReader } from "./reader.ts";
import { maximumSnapshotLength } from "./snapshot-length.ts";
import { usbOriginalLength } from "./usb-length.ts";

const PACKET_HEADER_SIZE = 20;
/** What libpcap allows the options of a packet block to have. */
const PACKET_OPTIONS_SIZE = 128 * 1024;
/** Our own, so that a file of nothing but interfaces does not fill the memory. */
const MAXIMUM_INTERFACES = 65_536;

/**
 * Reads pcapng files (draft-ietf-opsawg-pcapng) with the limits and checks of libpcap. It also reads what libpcap
 * refuses: interfaces whose link types or snapshot lengths differ, sections in different byte orders, and files
 * without an interface, which are empty.
 */
export class PcapngReader implements CaptureReader {
  readonly file: string;
  readonly format = "pcapng";
  linkType = 0;
  snapshotLength = 0;
  bytes: Uint8Array;
  at = 0;
  length = 0;
  originalLength = 0;
  seconds = 0;
  nanoseconds = 0;
  index = 0;

  readonly #input: CaptureInput;
  readonly #blocks: PcapngBlocks;
  /** Of the current section, by interface number. */
  #interfaces: CaptureInterface[] = [];

  /** Reads the first Section Header Block, whose type has been seen. */
  constructor(input: CaptureInput) {
    this.file = input.file;
    this.bytes = input.bytes;
    this.#input = input;
    this.#blocks = new PcapngBlocks(input);
    this.#blocks.find();
    this.#blocks.pass();
  }

  get byteOrder(): "little" | "big" {
    return this.#blocks.little ? "little" : "big";
  }

  next(): boolean {
    for (;;) {
      const type = this.#blocks.find();
      if (type === undefined) return false;
      const isPacket = this.#read(type);
      this.#blocks.pass();
      if (isPacket) return true;
    }
  }

  close(): void {
    this.#input.close();
  }

  /** Reads the body of the block that was found; whether it is a packet. */
  #read(type: number): boolean {
    switch (type) {
      case ENHANCED_PACKET:
      case PACKET:
        this.#readPacket(type);
        return true;
      case SIMPLE_PACKET:
        this.#readSimplePacket();
        return true;
      case INTERFACE_DESCRIPTION:
        this.#readInterface();
        return false;
      case SECTION_HEADER:
        this.#interfaces = [];
        return false;
      default:
        return false;
    }
  }

  #readInterface(): void {
    const { body, end, little } = this.#blocks;
    if (this.#interfaces.length === MAXIMUM_INTERFACES)
      this.#blocks.damaged(`is one more than the ${MAXIMUM_INTERFACES} that a section may have`);
    const found = readInterface(this.#input.view, body, end, little, (problem) => this.#blocks.damaged(problem));
    this.#interfaces.push(found);
    this.#blocks.allow(PACKET_HEADER_SIZE + maximumSnapshotLength(found.linkType) + PACKET_OPTIONS_SIZE);
  }

  /**
   * Body of an Enhanced Packet Block and of its obsolete forerunner, the Packet Block:
   *
   *     interface 4, or interface 2 | drops 2    then
   *     time, upper half 4 | lower half 4 | captured length 4 | original length 4 | bytes | options
   */
  #readPacket(type: number): void {
    const { view } = this.#input;
    const { body, end, little } = this.#blocks;
    if (end - body < PACKET_HEADER_SIZE)
      this.#blocks.damaged(`has ${end - body} bytes where ${PACKET_HEADER_SIZE} are wanted`);
    const number = type === PACKET ? view.getUint16(body, little) : view.getUint32(body, little);
    const from = this.#interface(number);
    from.clock.read(view.getUint32(body + 4, little), view.getInt32(body + 8, little));
    const captured = view.getUint32(body + 12, little);
    if (captured > from.snapshotLength)
      this.#blocks.damaged(
        `says that ${captured} bytes were captured; the snapshot length of interface ${number} is ${from.snapshotLength}`,
      );
    this.#found(from, body + PACKET_HEADER_SIZE, captured, view.getUint32(body + 16, little));
  }

  /** Body: original length 4 | bytes. It belongs to the first interface, and was cut at that one's snapshot length. */
  #readSimplePacket(): void {
    const { body, end, little } = this.#blocks;
    if (end - body < 4) this.#blocks.damaged("has no room for the packet's length");
    const from = this.#interface(0);
    const original = this.#input.view.getUint32(body, little);
    from.clock.read(0, 0);
    this.#found(from, body + 4, Math.min(original, from.snapshotLength), original);
  }

  #interface(number: number): CaptureInterface {
    const found = this.#interfaces[number];
    if (found === undefined)
      this.#blocks.damaged(`is of interface ${number}; the section has described ${this.#interfaces.length} so far`);
    return found;
  }

  #found(from: CaptureInterface, at: number, captured: number, original: number): void {
    const { end, little } = this.#blocks;
    if (captured > end - at)
      this.#blocks.damaged(`says that ${captured} bytes were captured; it has ${end - at} bytes after its header`);
    const { view } = this.#input;
    this.linkType = from.linkType;
    this.snapshotLength = from.snapshotLength;
    this.seconds = from.clock.seconds;
    this.nanoseconds = from.clock.nanoseconds;
    this.bytes = this.#input.bytes;
    this.at = at;
    this.length = captured;
    this.originalLength = original;
    this.index++;
    if (!little) hostOrder(from.linkType, view, at, captured, original);
    if (from.linkType === LINKTYPE.USB_LINUX_MMAPPED)
      this.originalLength = usbOriginalLength(view, at, captured, original);
  }
}
