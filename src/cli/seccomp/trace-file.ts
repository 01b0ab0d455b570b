import { fileChunks } from "../../packet/capture/file-chunks.ts";
import { readTrace } from "../../seccomp/calls/read-trace.ts";
import type { TraceReader } from "../../seccomp/calls/trace-reader.ts";
import type { Terminal } from "../command.ts";

/** Reads a trace; `-` is standard input. Throws a NetsimError `file-unreadable`. */
export function readTraceFile(file: string, reader: TraceReader, terminal: Terminal): void {
  readTrace(file === "-" ? [Buffer.from(terminal.input())] : untilInterrupted(file, terminal), reader);
}

function* untilInterrupted(file: string, terminal: Terminal): Iterable<Uint8Array> {
  for (const chunk of fileChunks(file)) {
    if (terminal.interrupted.aborted) return;
    yield chunk;
  }
}
