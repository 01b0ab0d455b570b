import { execFileSync, spawn, spawnSync } from "node:child_process";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { buildSync } from "esbuild";
import { describe, expect, it } from "vitest";
import { openCapture } from "../../../src/packet/capture/open-capture.ts";
import { payload, pcap } from "./build.ts";
import { readAll, readBytes, scratchDirectory } from "./read-all.ts";

const directory = scratchDirectory();
const COUNT = 5000;
/** Several times the reader's buffer. */
const large = Buffer.concat([
  pcap(),
  ...Array.from({ length: COUNT }, (_, i) => pcap({ records: [{ seconds: i, bytes: payload(200, i) }] }).subarray(24)),
]);

describe("openCapture: what is no capture", () => {
  const cases = [
    { name: "an empty file", have: Uint8Array.of(), message: /is empty/ },
    { name: "three bytes", have: Uint8Array.of(0xa1, 0xb2, 0xc3), message: /wants 4 bytes, and the file ends after 3/ },
    { name: "text", have: Buffer.from("hello"), message: /begins with the bytes 68656c6c, not with the magic number/ },
    { name: "zeros", have: new Uint8Array(100), message: /begins with the bytes 00000000/ },
    {
      name: "a format of pcap that libpcap does not read",
      have: pcap({ magic: 0xa1b234cd }),
      message: /is not a capture/,
    },
    { name: "gzip", have: gzipSync(pcap()), message: /is compressed with gzip/ },
    { name: "zstd", have: Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0, 0), message: /is compressed with zstd/ },
    { name: "xz", have: Buffer.from("\xfd7zXZ\0", "latin1"), message: /is compressed with xz/ },
    { name: "bzip2", have: Buffer.from("BZh91AY"), message: /is compressed with bzip2/ },
    { name: "lz4", have: Uint8Array.of(0x04, 0x22, 0x4d, 0x18, 0x64), message: /is compressed with lz4/ },
  ];
  it.each(cases)("says so of $name", ({ have, message }) => {
    const { error } = readBytes(directory, have);
    expect(error).toMatchObject({ code: "bad-capture", place: { offset: 0 }, hint: expect.stringMatching(/\.$/) });
    expect(error?.message).toMatch(message);
  });

  it("says how to unpack a packed one", () => {
    expect(readBytes(directory, gzipSync(pcap())).error?.hint).toMatch(/gzip -dc .*capture/);
  });
});

describe("openCapture: what cannot be read", () => {
  it("says so of a missing file and of a directory", () => {
    const missing = join(directory, "missing.pcap");
    expect(readAll(missing).error).toMatchObject({
      code: "file-unreadable",
      message: `${missing} cannot be read: no such file or directory.`,
      place: { file: missing },
      hint: expect.stringMatching(/\.$/),
    });
    expect(readAll(directory).error).toMatchObject({
      code: "file-unreadable",
      message: expect.stringMatching(/directory/),
    });
  });

  it.skipIf(process.getuid?.() === 0)(
    "says so of a file without permission (skipped as root, who may read all)",
    () => {
      const file = join(directory, "private.pcap");
      writeFileSync(file, pcap());
      chmodSync(file, 0);
      expect(readAll(file).error).toMatchObject({
        code: "file-unreadable",
        message: expect.stringMatching(/permission/),
      });
    },
  );
});

describe("openCapture: how it reads", () => {
  it("keeps its buffer, and tells the packets' numbers", () => {
    const file = join(directory, "large.pcap");
    writeFileSync(file, large);
    const reader = openCapture(file);
    const { buffer } = reader.bytes;
    expect(buffer.byteLength).toBeLessThan(large.length / 3);
    expect(reader).toMatchObject({ file, format: "pcap", byteOrder: "little", linkType: 1, index: 0 });
    for (let i = 1; reader.next(); i++) {
      expect(reader.index).toBe(i);
      expect(reader.bytes.buffer).toBe(buffer);
    }
    expect(reader.index).toBe(COUNT);
    expect(reader.next()).toBe(false);
    reader.close();
    reader.close();
  });

  it.skipIf(process.platform === "win32")("reads a pipe as it reads a file (skipped on Windows)", () => {
    const file = join(directory, "large.pcap");
    writeFileSync(file, large);
    const pipe = join(directory, "pipe");
    execFileSync("mkfifo", [pipe]);
    spawn("sh", ["-c", 'cat "$0" > "$1"', file, pipe], { stdio: "ignore" });
    const { packets, error } = readAll(pipe);
    expect(error).toBeUndefined();
    expect(packets).toEqual(readAll(file).packets);
  });

  describe("standard input", () => {
    const program = join(directory, "count.mjs");
    const source = fileURLToPath(new URL("../../../src/packet/capture/open-capture.ts", import.meta.url));
    buildSync({
      stdin: {
        // Looking at process.stdin makes a pipe non-blocking, as a program that also does other things may have done.
        contents: `import { openCapture } from ${JSON.stringify(source)};
          process.stdin;
          const reader = openCapture("-");
          while (reader.next());
          reader.close();
          console.log(reader.file, reader.index);`,
        resolveDir: directory,
      },
      bundle: true,
      platform: "node",
      format: "esm",
      outfile: program,
    });

    it("is the file -", () => {
      const { stdout, stderr } = spawnSync(process.execPath, [program], { input: large, encoding: "utf8" });
      expect({ stdout, stderr }).toEqual({ stdout: `- ${COUNT}\n`, stderr: "" });
    });

    it("may come late", async () => {
      const child = spawn(process.execPath, [program], { stdio: ["pipe", "pipe", "inherit"] });
      const chunks: Buffer[] = [];
      child.stdout.on("data", (chunk) => chunks.push(chunk));
      for (let at = 0; at < large.length; at += 400_000) {
        await new Promise((done) => setTimeout(done, 20));
        child.stdin.write(large.subarray(at, at + 400_000));
      }
      child.stdin.end();
      await new Promise((done) => child.on("close", done));
      expect(Buffer.concat(chunks).toString()).toBe(`- ${COUNT}\n`);
    });
  });
});
