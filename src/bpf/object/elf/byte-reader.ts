/** Numbers in a block of bytes, in the byte order of the file. Offsets must be inside: callers check them first. */
export class ByteReader {
  readonly bytes: Uint8Array;
  readonly little: boolean;
  readonly #view: DataView;

  constructor(bytes: Uint8Array, little: boolean) {
    this.bytes = bytes;
    this.little = little;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get length(): number {
    return this.bytes.length;
  }

  u8(offset: number): number {
    return this.#view.getUint8(offset);
  }

  u16(offset: number): number {
    return this.#view.getUint16(offset, this.little);
  }

  u32(offset: number): number {
    return this.#view.getUint32(offset, this.little);
  }

  i32(offset: number): number {
    return this.#view.getInt32(offset, this.little);
  }

  /** Rounded where it is above 2^53, which no offset into a file is. */
  u64(offset: number): number {
    const [low, high] = this.little ? [offset, offset + 4] : [offset + 4, offset];
    return this.u32(high) * 2 ** 32 + this.u32(low);
  }

  /** Are `length` bytes from `offset` inside? */
  holds(offset: number, length: number): boolean {
    return offset + length <= this.bytes.length;
  }
}
