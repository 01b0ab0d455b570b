/** The bytes that a connection sends, by their offset in the stream from 0; asked for again when they are sent again. */
export interface ByteStream {
  /** Writes `length` bytes of the stream, from `offset` on, to `bytes` at `at`. */
  write(bytes: Uint8Array, at: number, offset: number, length: number): void;
  /** Bytes before `offset` will not be asked for any more. */
  forget(offset: number): void;
}

const PERIOD = 256;

/** 0x00, 0x01, ... 0xff and again: byte i of the stream is i modulo 256, so that nothing has to be kept. */
export const PATTERN: ByteStream = {
  write(bytes, at, offset, length) {
    const first = Math.min(length, PERIOD);
    for (let i = 0; i < first; i++) bytes[at + i] = offset + i;
    for (let done = PERIOD; done < length; done *= 2)
      bytes.copyWithin(at + done, at, at + Math.min(done, length - done));
  },
  forget() {},
};

/** Bytes that came in and go out again (RFC 862); kept until they are acknowledged. */
export class EchoedBytes implements ByteStream {
  /** Bytes that were ever appended. */
  length = 0;
  private kept = new Uint8Array(1024);
  /** Offset in the stream of the first byte kept. */
  private first = 0;

  append(bytes: Uint8Array, at: number, length: number): void {
    const used = this.length - this.first;
    if (used + length > this.kept.length) {
      const larger = new Uint8Array(Math.max(this.kept.length * 2, used + length));
      larger.set(this.kept.subarray(0, used));
      this.kept = larger;
    }
    for (let i = 0; i < length; i++) this.kept[used + i] = bytes[at + i]!;
    this.length += length;
  }

  write(bytes: Uint8Array, at: number, offset: number, length: number): void {
    const from = offset - this.first;
    for (let i = 0; i < length; i++) bytes[at + i] = this.kept[from + i]!;
  }

  forget(offset: number): void {
    const gone = Math.min(offset, this.length) - this.first;
    // Moving the rest down is worth it once half of the block is free.
    if (gone < this.kept.length / 2) return;
    this.kept.copyWithin(0, gone, this.length - this.first);
    this.first += gone;
  }
}
