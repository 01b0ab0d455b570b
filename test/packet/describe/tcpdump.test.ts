import { execFileSync, spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { encodePacket } from "../../../src/packet/describe/encode.ts";
import { parseDescription } from "../../../src/packet/describe/parse.ts";
import { CASES, DEFAULTS } from "./cases.ts";

const missing = spawnSync("tcpdump", ["--version"]).error ? " (skipped: tcpdump is not installed)" : "";

describe.skipIf(missing)(`what tcpdump says of encoded packets${missing}`, () => {
  const said = missing ? [] : tcpdump(CASES.map(({ have }) => frame(have)));

  it.each(CASES.map((one, i) => ({ ...one, said: said[i]! })))("$name", ({ says, isWrong, said }) => {
    expect(said).toContain(says);
    const complaint = /bad |incorrect|wrong/i;
    if (isWrong) expect(said).toMatch(complaint);
    else expect(said).not.toMatch(complaint);
  });
});

/** The packet as a whole frame. */
function frame(have: (typeof CASES)[number]["have"]): Uint8Array {
  const { layers } = parseDescription(have).description!;
  const encoded = encodePacket({ layers }, DEFAULTS);
  if (encoded.begins === "ether") return encoded.bytes;
  return encodePacket({ layers: [{ kind: "ether", fields: {} }, ...layers] }, DEFAULTS).bytes;
}

/** The text for each frame, on one line. */
function tcpdump(frames: readonly Uint8Array[]): string[] {
  const header = Buffer.alloc(24);
  header.writeUInt32LE(0xa1b2c3d4, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(65_535, 16);
  header.writeUInt32LE(1, 20);
  const records = frames.flatMap((bytes, i) => {
    const record = Buffer.alloc(16);
    record.writeUInt32LE(i, 0);
    record.writeUInt32LE(bytes.length, 8);
    record.writeUInt32LE(bytes.length, 12);
    return [record, bytes];
  });
  const input = Buffer.concat([header, ...records]);
  const output = execFileSync("tcpdump", ["-r", "-", "-nn", "-vv", "-e", "-tt"], {
    input,
    encoding: "utf8",
    stdio: ["pipe", "pipe", "ignore"],
  });
  // A packet's text begins with its time, its number here.
  return output.split(/^(?=\d+\.\d{6} )/m).map((text) => text.replace(/\s+/g, " "));
}
