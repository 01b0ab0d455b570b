import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import { netsim, type Outcome } from "../fake-terminal.ts";

/** A directory for the tests of a file, which goes away with them. */
export function scratchDirectory(): {
  path(name: string): string;
  write(name: string, content: string | Uint8Array): string;
} {
  let directory = "";
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), "netsim-bpf-"));
  });
  afterAll(() => rmSync(directory, { recursive: true }));
  const path = (name: string) => join(directory, name);
  return {
    path,
    write(name, content) {
      writeFileSync(path(name), content);
      return path(name);
    },
  };
}

/** Runs `netsim bpf` with that on standard input. */
export function bpf(words: readonly string[], input: string | Uint8Array = ""): Promise<Outcome> {
  return netsim(["bpf", ...words], {
    input: () => Buffer.from(input as string),
    inputTaken: Buffer.from(input as string),
  });
}

/** Bytes on standard input that are no text. */
export const binary = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, "hex"));
