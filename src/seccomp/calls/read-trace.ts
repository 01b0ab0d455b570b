import { StringDecoder } from "node:string_decoder";
import type { TraceReader } from "./trace-reader.ts";

/** Hands a trace's lines to a reader. @param chunks its bytes in pieces, wherever they are cut. */
export function readTrace(chunks: Iterable<Uint8Array>, reader: TraceReader): void {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  for (const chunk of chunks) {
    const lines = (rest + decoder.write(chunk as Buffer)).split("\n");
    rest = lines.pop()!;
    for (const line of lines) reader.readLine(line.endsWith("\r") ? line.slice(0, -1) : line);
  }
  const last = rest + decoder.end();
  if (last !== "") reader.readLine(last);
  reader.end();
}
