import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { type Diagnostic, NetsimError } from "../../../src/errors.ts";
import { openCapture } from "../../../src/packet/capture/open-capture.ts";
import type { CaptureReader } from "../../../src/packet/capture/reader.ts";
import { type ReadPacket, timeText } from "./libpcap.ts";

/** A directory for the files of one test file; it goes away with it. */
export function scratchDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "netsim-capture-"));
  afterAll(() => rmSync(directory, { recursive: true }));
  return directory;
}

export function packetOf(reader: CaptureReader): ReadPacket {
  const { bytes, at, length } = reader;
  return {
    time: timeText(reader.seconds, reader.nanoseconds),
    length,
    originalLength: reader.originalLength,
    linkType: reader.linkType,
    bytes: Buffer.from(bytes.buffer, bytes.byteOffset + at, length).toString("latin1"),
  };
}

/** Reads a capture to its end or its error; an error that is no NetsimError goes through. */
export function readAll(file: string): { packets: ReadPacket[]; error: Diagnostic | undefined } {
  const packets: ReadPacket[] = [];
  let reader: CaptureReader | undefined;
  try {
    reader = openCapture(file);
    while (reader.next()) packets.push(packetOf(reader));
    return { packets, error: undefined };
  } catch (error) {
    if (!(error instanceof NetsimError)) throw error;
    return { packets, error: error.diagnostics[0] };
  } finally {
    reader?.close();
  }
}

export function readBytes(directory: string, bytes: Uint8Array): ReturnType<typeof readAll> {
  const file = join(directory, "capture");
  writeFileSync(file, bytes);
  return readAll(file);
}

/** Bytes as packets show them. */
export function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("latin1");
}
