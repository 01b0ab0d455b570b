import { closeSync, openSync, writeSync } from "node:fs";
import { BlockCopier } from "../block-copier.ts";
import { failAsFileError, mayRetry } from "./file-error.ts";

const BUFFER_SIZE = 256 * 1024;
/** So many bytes at once are written from where they lie. */
const DIRECT = 64 * 1024;
const STANDARD_OUTPUT = 1;

/**
 * A file written from front to back through one buffer that is used again and again. A header is written by taking
 * room for it and setting it through `view` at the position that `take` returned. Errors of the system are thrown as a
 * NetsimError `file-unwritable` by the call that meets them; after one, nothing is written any more.
 */
export class CaptureOutput {
  readonly file: string;
  readonly #bytes = new Uint8Array(BUFFER_SIZE);
  readonly view = new DataView(this.#bytes.buffer);
  #used = 0;
  readonly #descriptor: number;
  #closed = false;
  /** Nobody reads standard output any more; what is written is lost. */
  isUnread = false;
  readonly #copier = new BlockCopier();

  /** Creates the file, or empties it; "-" is standard output. */
  constructor(file: string) {
    this.file = file;
    try {
      this.#descriptor = file === "-" ? STANDARD_OUTPUT : openSync(file, "w");
    } catch (error) {
      failAsFileError(error, "file-unwritable", file);
    }
  }

  /** Room for `size` bytes, at most a few hundred: the position in `view` where they go. */
  take(size: number): number {
    if (this.#used + size > BUFFER_SIZE) this.#flush();
    const at = this.#used;
    this.#used += size;
    return at;
  }

  /** Writes `length` bytes of `source`. */
  append(source: Uint8Array, from: number, length: number): void {
    if (this.#used + length > BUFFER_SIZE || length >= DIRECT) this.#flush();
    if (length >= DIRECT) this.#write(source, from, length);
    else {
      this.#copier.copy(this.#bytes, this.#used, source, from, length);
      this.#used += length;
    }
  }

  /** Writes what is left and closes the file. Further calls do nothing. */
  close(): void {
    if (this.#closed) return;
    this.#flush();
    this.#closed = true;
    if (this.#descriptor === STANDARD_OUTPUT) return;
    try {
      // Some file systems tell only now that there was no room.
      closeSync(this.#descriptor);
    } catch (error) {
      failAsFileError(error, "file-unwritable", this.file);
    }
  }

  #flush(): void {
    const size = this.#used;
    this.#used = 0;
    this.#write(this.#bytes, 0, size);
  }

  #write(bytes: Uint8Array, from: number, length: number): void {
    const end = from + length;
    while (!this.#closed && from < end)
      try {
        from += writeSync(this.#descriptor, bytes, from, end - from);
      } catch (error) {
        if (mayRetry(error)) continue;
        this.#closed = true;
        if (this.#descriptor === STANDARD_OUTPUT) {
          this.isUnread = (error as NodeJS.ErrnoException).code === "EPIPE";
          if (this.isUnread) return;
        } else closeSync(this.#descriptor);
        failAsFileError(error, "file-unwritable", this.file);
      }
  }
}
