import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  block,
  concat,
  description,
  enhancedPacket,
  int,
  oldPacket,
  option,
  payload,
  pcap,
  section,
  simplePacket,
} from "./build.ts";
import { damaged } from "./damage.ts";
import { Libpcap } from "./libpcap.ts";
import { readAll, scratchDirectory } from "./read-all.ts";

/*
 * The readers against the real libpcap: the same packets, and an error after the same packet. They differ on purpose
 * in what libpcap refuses (BEYOND).
 */

const directory = scratchDirectory();
const libpcap = Libpcap.load();
const PCAPS = fileURLToPath(new URL("../../../../shared/data/pcap", import.meta.url));

const BEYOND =
  /different from the (type|snapshot length) of the first interface|different byte orders|no Interface Description Blocks/;

function compare(file: string): void {
  const want = libpcap!.read(file);
  const got = readAll(file);
  const count = want.packets.length;
  expect(got.packets.slice(0, count)).toEqual(want.packets);
  if (want.error !== undefined && BEYOND.test(want.error)) return;
  expect(got.packets.length, `packets, where libpcap says ${want.error}`).toBe(count);
  expect(got.error !== undefined, `${got.error?.message}, where libpcap says ${want.error}`).toBe(
    want.error !== undefined,
  );
}

function compareBytes(bytes: Uint8Array): void {
  const file = join(directory, "capture");
  writeFileSync(file, bytes);
  compare(file);
}

describe.skipIf(!libpcap)("as libpcap reads (skipped where it is not installed)", () => {
  const files = existsSync(PCAPS) ? readdirSync(PCAPS).filter((name) => /\.pcap(ng)?$/.test(name)) : [];
  it.skipIf(files.length === 0)("the captures of ../shared/data/pcap (skipped where they are absent)", () => {
    for (const name of files) compare(join(PCAPS, name));
  });

  it("damaged captures", () => {
    const captures = [true, false].flatMap((little) => {
      const records = [3, 0, 16].map((length) => ({ seconds: 9, bytes: payload(length), extra: new Uint8Array() }));
      const patched = records.map((record) => ({ ...record, extra: payload(8) }));
      const packet = { time: 1_700_000_000_000_000n, bytes: payload(9) };
      return [
        pcap({ little, records }),
        pcap({ little, records, magic: 0xa1b23c4d, snapshotLength: 5, linkType: 113 }),
        pcap({ little, records, version: [2, 3] }),
        pcap({ little, records: patched, magic: 0xa1b2cd34 }),
        concat(
          section(little),
          description(little),
          enhancedPacket(little, packet),
          block(little, 77, payload(4)),
          simplePacket(little, payload(5)),
          section(little),
          description(little),
          description(little),
          oldPacket(little, { ...packet, interface: 1 }),
        ),
      ];
    });
    fc.assert(
      fc.property(damaged(captures), (bytes) => compareBytes(bytes)),
      { numRuns: 1500 },
    );
  });

  it("times of every resolution that it can compute", () => {
    // Above 2^-34, libpcap's product of fraction and 10^9 does not fit its 64 bits.
    const resolutions = [...Array(20).keys(), ...Array.from(Array(35).keys(), (bits) => 0x80 | bits)];
    for (const resolution of resolutions)
      for (const time of [0n, 1n, 999_999_999n, 1_700_000_000_123_456n, 2n ** 62n - 1n]) {
        // More than 2^53 seconds are no exact numbers here.
        if (time === 2n ** 62n - 1n && (resolution < 3 || (resolution & 0x80 && resolution < 0x8a))) continue;
        const options = concat(option(false, 9, int(resolution, 1, false)), option(false, 14, int(60, 8, false)));
        compareBytes(
          concat(section(false), description(false, { options }), enhancedPacket(false, { time, bytes: payload(4) })),
        );
      }
  });

  it.each([0, 11, 12, 14, 15, 16, 18, 19, 50, 104, 106, 246, 258, 300, 0x1400_0001, 0x0224_0001])(
    "link type %i",
    (linkType) => compareBytes(pcap({ linkType, records: [{ bytes: payload(4) }] })),
  );

  describe("pseudo-headers in the writer's byte order", () => {
    const anyLittle = fc.boolean();
    const anyBytes = fc.uint8Array({ maxLength: 150 });
    const property = (linkType: number, shape: (bytes: Uint8Array, little: boolean) => number) =>
      fc.assert(
        fc.property(anyLittle, anyBytes, (little, bytes) => {
          const original = shape(bytes, little);
          compareBytes(pcap({ little, linkType, records: [{ bytes, original }] }));
        }),
        { numRuns: 300 },
      );

    it("of PFLOG", () => {
      property(117, (bytes) => {
        bytes[0] = 40 + (bytes[0]! % 24);
        return bytes.length;
      });
    });

    it("of CAN in LINUX_SLL", () => {
      property(113, (bytes) => {
        bytes.set(
          [0, 12 + ((bytes[15] ?? 0) % 2)].slice(0, Math.max(0, bytes.length - 14)),
          Math.min(14, bytes.length),
        );
        return bytes.length;
      });
    });

    it("of NFLOG", () => {
      property(239, (bytes, little) => {
        if (bytes.length > 1) bytes[1] = 0;
        for (let at = 4; at + 2 <= bytes.length; ) {
          const size = 4 + (bytes[at]! % 16);
          bytes.set(int(size, 2, little), at);
          at += (size + 3) & ~3;
        }
        return bytes.length - (bytes.length % 3);
      });
    });

    it.each([189, 220])("of Linux's USB, link type %i", (linkType) => {
      property(linkType, (bytes, little) => {
        if (bytes.length < 64) return bytes.length;
        // A completed incoming isochronous transfer, half of the time with the length that old versions wrote.
        const descriptors = bytes[60]! % (Math.floor((bytes.length - 64) / 16) + 1);
        const requested = bytes[61]!;
        bytes.set([0x43, bytes[9]! % 2, 0x80 | bytes[10]!], 8);
        bytes[15] = 0;
        bytes.set(int(requested, 4, little), 32);
        bytes.set(int(descriptors, 4, little), 60);
        for (let at = 64; at + 16 <= bytes.length; at += 16) {
          bytes.set(int(bytes[at + 4]!, 4, little), at + 4);
          bytes.set(int(bytes[at + 8]! % 64, 4, little), at + 8);
        }
        return bytes[0]! % 2 ? 64 + 16 * descriptors + requested : bytes.length;
      });
    });
  });
});
