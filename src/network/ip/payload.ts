import type { ByteStore } from "../../packet/bytestore.ts";

/** Bytes of the pattern that are kept ready; a multiple of its period. */
const READY = 2048;

/** The payload that hosts send when nobody says which: 0x00, 0x01, ... 0xff and again. */
export class Payload {
  private readonly store: ByteStore;
  /** Address of the bytes that are kept ready. */
  private readonly pattern: number;

  constructor(store: ByteStore) {
    this.store = store;
    this.pattern = store.allocate(READY);
    for (let i = 0; i < READY; i++) store.bytes[this.pattern + i] = i;
  }

  /** Writes `length` bytes of it at `at`. */
  fill(at: number, length: number): void {
    const { bytes } = this.store;
    for (let done = 0; done < length; done += READY) {
      const size = Math.min(READY, length - done);
      bytes.copyWithin(at + done, this.pattern, this.pattern + size);
    }
  }
}
