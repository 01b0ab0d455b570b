import { closeSync, openSync, readSync } from "node:fs";
import { fail } from "../../errors.ts";
import type { ByteStore } from "../bytestore.ts";
import { failAsFileError, mayRetry } from "./file-error.ts";

const BUFFER_SIZE = 256 * 1024;
const STANDARD_INPUT = 0;

/** Where a capture is read to when nobody wants it elsewhere: an array of its own. */
class OwnMemory implements ByteStore {
  bytes = new Uint8Array(0);

  allocate(size: number): number {
    this.bytes = new Uint8Array(size);
    return 0;
  }

  release(): void {}
}

/**
 * A file read from front to back through one buffer: never sought in, so that pipes do. The unread part that is
 * present is `bytes[at] ..`; whoever has read something adds its size to `at`.
 */
export class CaptureInput {
  /** As it was given; "-" is standard input. */
  readonly file: string;
  /** The memory that the buffer lies in. Replaced when that grows, which `require` notices. */
  bytes: Uint8Array;
  /** Of `bytes`. */
  view: DataView;
  at: number;
  readonly #store: ByteStore;
  /** The buffer: address in `bytes`, and size. */
  #start: number;
  #size = BUFFER_SIZE;
  /** End of what is present. */
  #end: number;
  /** Position in the file of the buffer's first byte. */
  #base = 0;
  #atEndOfFile = false;
  readonly #descriptor: number;
  #closed = false;

  /**
   * Throws a NetsimError `file-unreadable` if the file cannot be opened.
   * @param store the memory that the buffer is to lie in; absent: one of its own.
   */
  constructor(file: string, store: ByteStore = new OwnMemory()) {
    this.file = file;
    this.#store = store;
    this.#start = this.at = this.#end = store.allocate(BUFFER_SIZE);
    this.bytes = store.bytes;
    this.view = new DataView(this.bytes.buffer);
    try {
      this.#descriptor = file === "-" ? STANDARD_INPUT : openSync(file, "r");
    } catch (error) {
      failAsFileError(error, "file-unreadable", file);
    }
  }

  /** Position of `at` in the file. */
  get offset(): number {
    return this.#base + this.at - this.#start;
  }

  /** End of the bytes that are present. */
  get end(): number {
    return this.#end;
  }

  /**
   * Sees to it that `size` bytes are present from `at` on, and returns how many there are: fewer at the end of the
   * file only. May move the bytes, so positions in them have to be taken from `at` afterwards.
   */
  require(size: number): number {
    if (this.bytes !== this.#store.bytes) this.#follow();
    return this.#end - this.at >= size ? size : this.#fill(size);
  }

  /** The buffer grows with the bytes that arrive, not with `size`, which a damaged file may have made up. */
  #fill(size: number): number {
    this.bytes.copyWithin(this.#start, this.at, this.#end);
    this.#base += this.at - this.#start;
    this.#end -= this.at - this.#start;
    this.at = this.#start;
    while (this.#end - this.#start < size && !this.#atEndOfFile) {
      if (this.#end === this.#start + this.#size) this.#grow();
      const count = this.#read();
      if (count === 0) this.#atEndOfFile = true;
      this.#end += count;
    }
    return Math.min(this.#end - this.#start, size);
  }

  #grow(): void {
    const old = this.bytes.subarray(this.#start, this.#end);
    const start = this.#store.allocate(2 * this.#size);
    // The store's own growth may have taken the array away; then what it held is in the new one at the same place.
    const held = old.length > 0 ? old : this.#store.bytes.subarray(this.#start, this.#end);
    this.#store.bytes.set(held, start);
    this.#store.release(this.#start, this.#size);
    this.at += start - this.#start;
    this.#end += start - this.#start;
    this.#start = start;
    this.#size *= 2;
    this.#follow();
  }

  #follow(): void {
    this.bytes = this.#store.bytes;
    this.view = new DataView(this.bytes.buffer);
  }

  #read(): number {
    for (;;)
      try {
        return readSync(this.#descriptor, this.bytes, this.#end, this.#start + this.#size - this.#end, null);
      } catch (error) {
        if (!mayRetry(error)) failAsFileError(error, "file-unreadable", this.file, this.offset + this.#end - this.at);
      }
  }

  /** Throws a NetsimError `bad-capture` whose place is what begins at `at`. */
  fail(message: string, hint: string): never {
    return fail("bad-capture", message, { place: { file: this.file, offset: this.offset }, hint });
  }

  /** Throws the error for a file that ends within what begins at `at`. `what` is a noun phrase with a capital letter. */
  failCutShort(what: string, wanted: number, got: number): never {
    return this.fail(
      `${what} is cut short: it wants ${wanted} bytes, and the file ends after ${got}.`,
      "Perhaps the capture was still being written or was not copied whole; what comes before this place can be read.",
    );
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#store.release(this.#start, this.#size);
    if (this.#descriptor !== STANDARD_INPUT) closeSync(this.#descriptor);
  }
}
