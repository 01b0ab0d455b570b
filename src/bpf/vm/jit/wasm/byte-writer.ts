/** Typed arrays up to this size lie in V8's own heap and cost little to make. */
const FIRST_CAPACITY = 64;

/** A growing run of bytes, with the integer encodings of WebAssembly (core specification, section 5.2.2). */
export class ByteWriter {
  private buffer = new Uint8Array(FIRST_CAPACITY);
  length = 0;

  /** The bytes so far; valid until the next write. */
  get bytes(): Uint8Array {
    return this.buffer.subarray(0, this.length);
  }

  byte(value: number): void {
    if (this.length === this.buffer.length) {
      const larger = new Uint8Array(this.length * 4);
      larger.set(this.buffer);
      this.buffer = larger;
    }
    this.buffer[this.length++] = value;
  }

  /** Unsigned LEB128 of a number below 2^32. */
  unsigned(value: number): void {
    let rest = value;
    while (rest >= 0x80) {
      this.byte((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    this.byte(rest);
  }

  /** Signed LEB128 of a signed 32-bit number; right for i32.const and, extended, for i64.const. */
  signed(value: number): void {
    let rest = value;
    while (rest < -0x40 || rest >= 0x40) {
      this.byte((rest & 0x7f) | 0x80);
      rest >>= 7;
    }
    this.byte(rest & 0x7f);
  }

  /** Signed LEB128 of 64 bits. */
  signedWide(value: bigint): void {
    let rest = BigInt.asIntN(64, value);
    while (rest < -0x40n || rest >= 0x40n) {
      this.byte(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    this.byte(Number(rest & 0x7fn));
  }

  /** ASCII with its length before it. */
  name(text: string): void {
    this.unsigned(text.length);
    for (let i = 0; i < text.length; i++) this.byte(text.charCodeAt(i));
  }

  /** Replaces a byte that is written already. */
  patch(at: number, value: number): void {
    this.buffer[at] = value;
  }

  /** Takes the last bytes back. */
  truncate(length: number): void {
    this.length = length;
  }
}
