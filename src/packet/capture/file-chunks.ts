import { closeSync, openSync, readSync } from "node:fs";
import { failAsFileError } from "./file-error.ts";

const CHUNK = 1 << 20;

/** A file's bytes in pieces, however long it is; each piece holds until the next one is taken. Throws a NetsimError `file-unreadable`. */
export function* fileChunks(file: string): Iterable<Buffer> {
  let descriptor: number;
  try {
    descriptor = openSync(file, "r");
  } catch (error) {
    return failAsFileError(error, "file-unreadable", file);
  }
  try {
    const buffer = Buffer.alloc(CHUNK);
    for (;;) {
      let length = 0;
      try {
        length = readSync(descriptor, buffer);
      } catch (error) {
        failAsFileError(error, "file-unreadable", file);
      }
      if (length === 0) return;
      yield buffer.subarray(0, length);
    }
  } finally {
    closeSync(descriptor);
  }
}
