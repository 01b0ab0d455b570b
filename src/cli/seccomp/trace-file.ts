import { closeSync, openSync, readSync } from "node:fs";
import { StringDecoder } from "node:string_decoder";
import { failAsFileError } from "../../packet/capture/file-error.ts";
import type { TraceReader } from "../../seccomp/calls/trace-reader.ts";
import type { Terminal } from "../command.ts";

const CHUNK = 1 << 20;

/** Reads a trace in pieces, however long it is; `-` is standard input. Throws a NetsimError `file-unreadable`. */
export function readTrace(file: string, reader: TraceReader, terminal: Terminal): void {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  const take = (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    for (const line of lines) reader.readLine(line.endsWith("\r") ? line.slice(0, -1) : line);
  };
  if (file === "-") take(decoder.write(Buffer.from(terminal.input())));
  else
    for (const chunk of chunks(file)) {
      if (terminal.interrupted.aborted) break;
      take(decoder.write(chunk));
    }
  const last = rest + decoder.end();
  if (last !== "") reader.readLine(last);
  reader.end();
}

function* chunks(file: string): Iterable<Buffer> {
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
