import { closeSync, openSync, writeSync } from "node:fs";
import { fail } from "../errors.ts";

/** Bytes of lines that are collected before they are written. */
const CHUNK = 64 << 10;

/** Lines of a trace on their way to a file or a terminal. */
export interface TraceOutput {
  line(text: string): void;
  /** Writes what was collected. */
  close(): void;
}

/** A trace into a file. Throws a NetsimError where it cannot be written. */
export function traceToFile(path: string): TraceOutput {
  let descriptor: number;
  try {
    descriptor = openSync(path, "w");
  } catch (error) {
    fail("file-unwritable", `The trace cannot be written to '${path}': ${(error as NodeJS.ErrnoException).code}.`);
  }
  const output = traceTo((text) => writeSync(descriptor, text));
  return {
    line: output.line,
    close: () => {
      output.close();
      closeSync(descriptor);
    },
  };
}

/** A trace in chunks to `write`. */
export function traceTo(write: (text: string) => void): TraceOutput {
  let lines: string[] = [];
  let length = 0;
  const flush = () => {
    if (lines.length > 0) write(lines.join(""));
    lines = [];
    length = 0;
  };
  return {
    line: (text) => {
      lines.push(text, "\n");
      length += text.length;
      if (length >= CHUNK) flush();
    },
    close: flush,
  };
}
