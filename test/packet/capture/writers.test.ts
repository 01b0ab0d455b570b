import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Diagnostic, NetsimError } from "../../../src/errors.ts";
import { PcapWriter } from "../../../src/packet/capture/pcap-writer.ts";
import { PcapngWriter } from "../../../src/packet/capture/pcapng-writer.ts";
import { concat, description, enhancedPacket, int, option, payload, pcap, section } from "./build.ts";
import { Libpcap, type ReadPacket, timeText } from "./libpcap.ts";
import { readAll, scratchDirectory, text } from "./read-all.ts";

const directory = scratchDirectory();
const file = join(directory, "written");
const libpcap = Libpcap.load();
const PRECISIONS = ["nanosecond", "microsecond"] as const;

const packet = fc.record({
  /** Bytes in front of the packet in its array. */
  before: fc.nat(5),
  bytes: fc.uint8Array({ maxLength: 70 }),
  more: fc.nat(3),
  seconds: fc.oneof(fc.nat(10), fc.integer({ min: 0, max: 0xffffffff })),
  nanoseconds: fc.nat(999_999_999),
  linkType: fc.constantFrom(1, 101, 276),
});
type Packet = typeof packet extends fc.Arbitrary<infer T> ? T : never;
const capture = fc.record({
  packets: fc.array(packet, { maxLength: 20 }),
  snapLength: fc.option(fc.integer({ min: 1, max: 80 }), { nil: undefined }),
  precision: fc.constantFrom(...PRECISIONS),
});

/** What a reader should make of a packet that was written. */
function wanted(
  { bytes, more, seconds, nanoseconds, linkType }: Packet,
  snapLength = 262_144,
  precision: (typeof PRECISIONS)[number],
): ReadPacket {
  const kept = bytes.subarray(0, snapLength);
  const time = timeText(seconds, precision === "nanosecond" ? nanoseconds : nanoseconds - (nanoseconds % 1000));
  return { time, length: kept.length, originalLength: bytes.length + more, linkType, bytes: text(kept) };
}

function diagnosticOf(act: () => void): Diagnostic | undefined {
  try {
    act();
  } catch (error) {
    if (error instanceof NetsimError) return error.diagnostics[0];
    throw error;
  }
  return undefined;
}

describe("PcapWriter", () => {
  function write(packets: readonly Packet[], options: ConstructorParameters<typeof PcapWriter>[1]): void {
    const writer = new PcapWriter(file, options);
    for (const { before, bytes, more, seconds, nanoseconds } of packets) {
      const array = concat(new Uint8Array(before), bytes);
      writer.write(array, before, bytes.length, bytes.length + more, seconds, nanoseconds);
    }
    writer.close();
  }

  it("writes the format", () => {
    const bytes = payload(7);
    for (const precision of PRECISIONS) {
      const writer = new PcapWriter(file, { linkType: 276, snapLength: 6, precision });
      writer.write(bytes, 0, 7, 9, 1_700_000_000, 123_456_789);
      writer.close();
      const want = pcap({
        magic: precision === "nanosecond" ? 0xa1b23c4d : 0xa1b2c3d4,
        snapshotLength: 6,
        linkType: 276,
        records: [
          {
            seconds: 1_700_000_000,
            fraction: precision === "nanosecond" ? 123_456_789 : 123_456,
            original: 9,
            bytes: bytes.subarray(0, 6),
          },
        ],
      });
      expect([...readFileSync(file)]).toEqual([...want]);
    }
  });

  it("writes what is then read", () => {
    fc.assert(
      fc.property(capture, fc.constantFrom(1, 101, 276), ({ packets, snapLength, precision }, linkType) => {
        write(packets, { linkType, precision, ...(snapLength && { snapLength }) });
        const want = packets.map((packet) => wanted({ ...packet, linkType }, snapLength, precision));
        expect(readAll(file)).toEqual({ packets: want, error: undefined });
      }),
      { numRuns: 200 },
    );
  });

  it("writes packets of any size across its buffer's ends", () => {
    const lengths = [0, 1, 200_000, 70_000, 262_143, 262_144, 5, 1_000_000, 3];
    const bytes = payload(1_000_000);
    const writer = new PcapWriter(file, { linkType: 231, precision: "nanosecond" });
    for (const length of lengths) writer.write(bytes, 1_000_000 - length, length, length, 1, 2);
    writer.close();
    const { packets, error } = readAll(file);
    expect(error).toBeUndefined();
    expect(packets.map(({ length }) => length)).toEqual(lengths);
    for (const { length, bytes: found } of packets)
      expect(found === text(bytes.subarray(1_000_000 - length))).toBe(true);
  });

  it("keeps no more of a packet than can be read again", () => {
    const writer = new PcapWriter(file, { linkType: 1, snapLength: 0x7fffffff, precision: "nanosecond" });
    writer.write(new Uint8Array(300_000), 0, 300_000, 300_000, 0, 0);
    writer.close();
    expect(readAll(file)).toMatchObject({ packets: [{ length: 262_144, originalLength: 300_000 }], error: undefined });
  });

  it("refuses times that the format does not have", () => {
    const writer = new PcapWriter(file, { linkType: 1, precision: "nanosecond" });
    for (const seconds of [-1, 2 ** 32])
      expect(diagnosticOf(() => writer.write(payload(1), 0, 1, 1, seconds, 0))).toMatchObject({
        code: "file-unwritable",
        message: expect.stringMatching(`second ${seconds}: pcap counts from 1970 to 2106`),
      });
    writer.close();
  });
});

describe("PcapngWriter", () => {
  it("writes the format", () => {
    const writer = new PcapngWriter(file, { precision: "nanosecond", snapLength: 6 });
    writer.write(payload(7), 0, 7, 9, 1_700_000_000, 123_456_789, 101);
    writer.close();
    const options = concat(option(true, 9, int(9, 1, true)), int(0, 4, true));
    const want = concat(
      section(true),
      description(true, { linkType: 101, snapshotLength: 6, options }),
      enhancedPacket(true, { time: 1_700_000_000_123_456_789n, bytes: payload(6), original: 9 }),
    );
    expect([...readFileSync(file)]).toEqual([...want]);
  });

  it("writes what is then read", () => {
    fc.assert(
      fc.property(capture, ({ packets, snapLength, precision }) => {
        const writer = new PcapngWriter(file, { precision, ...(snapLength && { snapLength }) });
        for (const { before, bytes, more, seconds, nanoseconds, linkType } of packets) {
          const array = concat(new Uint8Array(before), bytes);
          writer.write(array, before, bytes.length, bytes.length + more, seconds, nanoseconds, linkType);
        }
        writer.close();
        const want = packets.map((packet) => wanted(packet, snapLength, precision));
        expect(readAll(file)).toEqual({ packets: want, error: undefined });
        if (libpcap && new Set(packets.map(({ linkType }) => linkType)).size === 1)
          expect(libpcap.read(file)).toEqual({ packets: want, error: undefined });
      }),
      { numRuns: 200 },
    );
  });

  it("writes large packets across its buffer's ends", () => {
    const lengths = [262_144, 1, 262_143, 100_000, 200_000, 2, 3];
    const writer = new PcapngWriter(file, { precision: "microsecond" });
    for (const length of lengths) writer.write(payload(length), 0, length, length, 1, 2000, 1);
    writer.close();
    const want = lengths.map((length) => ({ length, bytes: text(payload(length)) }));
    expect(readAll(file)).toMatchObject({ packets: want, error: undefined });
  });

  it("refuses times that the format does not have", () => {
    const writer = new PcapngWriter(file, { precision: "nanosecond" });
    writer.write(payload(1), 0, 1, 1, 18_446_744_073, 709_551_615, 1);
    for (const [seconds, nanoseconds] of [
      [-1, 0],
      [18_446_744_073, 709_551_616],
    ] as const)
      expect(diagnosticOf(() => writer.write(payload(1), 0, 1, 1, seconds, nanoseconds, 1))).toMatchObject({
        code: "file-unwritable",
        message: expect.stringMatching(`second ${seconds}: its times are 64 bits of nanoseconds`),
      });
    writer.close();
    expect(readAll(file).packets).toMatchObject([{ time: `${2n ** 64n - 1n}` }]);
  });
});

describe("what cannot be written", () => {
  const writers = [
    { name: "pcap", create: (path: string) => new PcapWriter(path, { linkType: 1, precision: "nanosecond" }) },
    { name: "pcapng", create: (path: string) => new PcapngWriter(path, { precision: "nanosecond" }) },
  ];
  it.each(writers)("says so of a missing directory and of a directory, in $name", ({ create }) => {
    const missing = join(directory, "missing", "out.pcap");
    expect(diagnosticOf(() => create(missing))).toEqual({
      code: "file-unwritable",
      severity: "error",
      message: `${missing} cannot be written: no such file or directory.`,
      place: { file: missing },
      hint: expect.stringMatching(/\.$/),
    });
    expect(diagnosticOf(() => create(directory))).toMatchObject({ code: "file-unwritable" });
  });

  it.skipIf(!existsSync("/dev/full")).each(writers)(
    "says so once of a full disk, when closing or before, in $name (skipped where there is no /dev/full)",
    ({ create }) => {
      const want = { code: "file-unwritable", message: "/dev/full cannot be written: no space left on device." };
      const closed = create("/dev/full");
      expect(diagnosticOf(() => closed.close())).toMatchObject(want);
      expect(diagnosticOf(() => closed.close())).toBeUndefined();

      const full = create("/dev/full");
      const fill = () => {
        for (let i = 0; i < 1000; i++) full.write(payload(1000), 0, 1000, 1000, 0, 0, 1);
      };
      expect(diagnosticOf(fill)).toMatchObject(want);
      expect(diagnosticOf(fill)).toBeUndefined();
      expect(diagnosticOf(() => full.close())).toBeUndefined();
    },
  );
});

describe.skipIf(!libpcap)("libpcap reads what was written (skipped where it is not installed)", () => {
  it.each([
    { name: "pcap", create: () => new PcapWriter(file, { linkType: 1, precision: "nanosecond" }) },
    { name: "pcapng", create: () => new PcapngWriter(file, { precision: "nanosecond" }) },
  ])("without packets and with many, as $name", ({ create }) => {
    create().close();
    expect(libpcap!.read(file)).toEqual({ packets: [], error: undefined });
    const writer = create();
    for (let i = 0; i < 5000; i++) writer.write(payload(i % 300), 0, i % 300, i % 300, i, i, 1);
    writer.close();
    expect(libpcap!.read(file)).toEqual(readAll(file));
    expect(readAll(file).packets.length).toBe(5000);
  });
});
