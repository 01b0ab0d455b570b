import type { ByteStore } from "../../packet/bytestore.ts";

/** Bytes in the machine's memory that programs are given, filled anew for each event. */
export class EventRecord {
  readonly address: number;
  /** Bytes. */
  readonly size: number;
  private readonly memory: ByteStore;
  /** The memory that `words` is a view of: growth replaces it. */
  private bytes: Uint8Array;
  private words: Int32Array;
  /** The last text, and where it is: events of one device come one after the other. */
  private lastText = "";
  private lastTextAt = -1;

  constructor(memory: ByteStore, size: number) {
    this.memory = memory;
    this.size = size;
    this.address = memory.allocate(size);
    this.bytes = memory.bytes;
    this.words = this.view();
    this.bytes.fill(0, this.address, this.address + size);
  }

  set8(offset: number, value: number): void {
    this.memory.bytes[this.address + offset] = value;
  }

  set16(offset: number, value: number): void {
    const { bytes } = this.memory;
    bytes[this.address + offset] = value;
    bytes[this.address + offset + 1] = value >>> 8;
  }

  set32(offset: number, value: number): void {
    if (this.bytes !== this.memory.bytes) this.renew();
    if ((offset & 3) === 0) this.words[offset >> 2] = value;
    else {
      this.set16(offset, value);
      this.set16(offset + 2, value >>> 16);
    }
  }

  /** A whole number of at most 53 bits, of either sign. */
  set64(offset: number, value: number): void {
    this.set32(offset, value);
    this.set32(offset + 4, value >= 0 && value < 2 ** 32 ? 0 : Math.floor(value / 2 ** 32));
  }

  setHalves(offset: number, low: number, high: number): void {
    this.set32(offset, low);
    this.set32(offset + 4, high);
  }

  /** 64 bits. */
  setBig(offset: number, value: bigint): void {
    this.setHalves(offset, Number(BigInt.asUintN(32, value)), Number(BigInt.asUintN(32, value >> 32n)));
  }

  /** A text of ASCII and a zero. Returns the bytes that it takes. */
  setText(offset: number, text: string): number {
    const length = Math.min(text.length, this.size - offset - 1);
    if (text === this.lastText && offset === this.lastTextAt) return length + 1;
    this.lastText = text;
    this.lastTextAt = offset;
    const { bytes } = this.memory;
    const at = this.address + offset;
    for (let i = 0; i < length; i++) bytes[at + i] = text.charCodeAt(i);
    bytes[at + length] = 0;
    return length + 1;
  }

  /** Bytes of an array. */
  setBytes(offset: number, from: Uint8Array, at: number, length: number): void {
    const { bytes } = this.memory;
    for (let i = 0; i < length; i++) bytes[this.address + offset + i] = from[at + i]!;
  }

  clear(offset: number, length: number): void {
    this.lastTextAt = -1;
    this.memory.bytes.fill(0, this.address + offset, this.address + offset + length);
  }

  private renew(): void {
    this.bytes = this.memory.bytes;
    this.words = this.view();
  }

  private view(): Int32Array {
    return new Int32Array(this.memory.bytes.buffer, this.address, Math.ceil(this.size / 4));
  }
}
