import { closeSync, openSync, writeSync } from "node:fs";
import { fail } from "../errors.ts";

/** Bytes of lines that are collected before they are written. */
const CHUNK = 64 << 10;

/** Lines of a trace on their way to a file or a terminal. */
export interface TraceOutput {
  line(text: string): void;
  /** Writes what was collected. Further calls do nothing. */
  close(): void;
}

/** A trace into a file. Throws a NetsimError where it cannot be written. */
export function traceToFile(path: string): TraceOutput {
  const told = (error: unknown): never =>
    fail("file-unwritable", `The trace cannot be written to '${path}': ${(error as NodeJS.ErrnoException).code}.`);
  let descriptor: number;
  try {
    descriptor = openSync(path, "w");
  } catch (error) {
    return told(error);
  }
  const output = traceTo((text) => {
    try {
      for (let rest = Buffer.from(text); rest.length > 0; ) rest = rest.subarray(writeSync(descriptor, rest));
    } catch (error) {
      told(error);
    }
  });
  let isOpen = true;
  return {
    line: output.line,
    close: () => {
      if (!isOpen) return;
      isOpen = false;
      try {
        output.close();
      } finally {
        closeSync(descriptor);
      }
    },
  };
}

/** A trace in chunks to `write`. */
export function traceTo(write: (text: string) => void): TraceOutput {
  let lines: string[] = [];
  let length = 0;
  const flush = () => {
    const text = lines.join("");
    lines = [];
    length = 0;
    if (text !== "") write(text);
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
