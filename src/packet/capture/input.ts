import { closeSync, openSync, readSync } from "node:fs";
import { fail } from "../../errors.ts";
import { failAsFileError, mayRetry } from "./file-error.ts";

const BUFFER_SIZE = 256 * 1024;
const STANDARD_INPUT = 0;

/**
 * A file read from front to back through one buffer: never sought in, so that pipes do. The unread part that is
 * present is `bytes[at] ..`; whoever has read something adds its size to `at`.
 */
export class CaptureInput {
  /** As it was given; "-" is standard input. */
  readonly file: string;
  /** Replaced when it grows, which `require` may do. */
  bytes = new Uint8Array(BUFFER_SIZE);
  /** Of `bytes`. */
  view = new DataView(this.bytes.buffer);
  at = 0;
  #end = 0;
  /** Position of bytes[0] in the file. */
  #base = 0;
  #atEndOfFile = false;
  readonly #descriptor: number;
  #closed = false;

  /** Throws a NetsimError `file-unreadable` if the file cannot be opened. */
  constructor(file: string) {
    this.file = file;
    try {
      this.#descriptor = file === "-" ? STANDARD_INPUT : openSync(file, "r");
    } catch (error) {
      failAsFileError(error, "file-unreadable", file);
    }
  }

  /** Position of `at` in the file. */
  get offset(): number {
    return this.#base + this.at;
  }

  /**
   * Sees to it that `size` bytes are present from `at` on, and returns how many there are: fewer at the end of the
   * file only. May move the bytes, so positions in them have to be taken from `at` afterwards.
   */
  require(size: number): number {
    return this.#end - this.at >= size ? size : this.#fill(size);
  }

  /** The buffer grows with the bytes that arrive, not with `size`, which a damaged file may have made up. */
  #fill(size: number): number {
    this.bytes.copyWithin(0, this.at, this.#end);
    this.#base += this.at;
    this.#end -= this.at;
    this.at = 0;
    while (this.#end < size && !this.#atEndOfFile) {
      if (this.#end === this.bytes.length) this.#grow();
      const count = this.#read();
      if (count === 0) this.#atEndOfFile = true;
      this.#end += count;
    }
    return Math.min(this.#end, size);
  }

  #grow(): void {
    const bytes = new Uint8Array(2 * this.bytes.length);
    bytes.set(this.bytes);
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer);
  }

  #read(): number {
    for (;;)
      try {
        return readSync(this.#descriptor, this.bytes, this.#end, this.bytes.length - this.#end, null);
      } catch (error) {
        if (!mayRetry(error)) failAsFileError(error, "file-unreadable", this.file, this.#base + this.#end);
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
    if (!this.#closed && this.#descriptor !== STANDARD_INPUT) closeSync(this.#descriptor);
    this.#closed = true;
  }
}
