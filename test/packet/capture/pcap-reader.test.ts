import { describe, expect, it } from "vitest";
import { type PcapFile, payload, pcap } from "./build.ts";
import { readBytes, scratchDirectory, text } from "./read-all.ts";

const directory = scratchDirectory();
const four = payload(4);

describe("pcap reader: what a file means", () => {
  const KUZNETSOV = { magic: 0xa1b2cd34, records: [{ bytes: payload(20), extra: payload(8, 0xe0) }] };
  const twoLengths = { records: [{ bytes: four, captured: 4, original: 60 }] };
  const cases: { name: string; have: PcapFile; want: object }[] = [
    {
      name: "microseconds",
      have: { records: [{ seconds: 1_700_000_000, fraction: 123_456, bytes: four, original: 60 }] },
      want: { time: "1700000000123456000", length: 4, originalLength: 60, linkType: 1, bytes: text(four) },
    },
    {
      name: "nanoseconds",
      have: { magic: 0xa1b23c4d, records: [{ seconds: 1, fraction: 999_999_999, bytes: four }] },
      want: { time: "1999999999" },
    },
    {
      name: "seconds after 2038",
      have: { records: [{ seconds: 0xffffffff, bytes: four }] },
      want: { time: "4294967295000000000" },
    },
    {
      name: "a fraction of more than a second",
      have: { records: [{ seconds: 5, fraction: 2_000_001, bytes: four }] },
      want: { time: "7000001000" },
    },
    { name: "an empty packet", have: { records: [{ bytes: new Uint8Array() }] }, want: { length: 0, bytes: "" } },
    {
      name: "the 8 more bytes of Kuznetsov's variant",
      have: KUZNETSOV,
      want: { bytes: text(payload(20)), length: 20 },
    },
    {
      name: "14 bytes more than the snapshot length in Kuznetsov's variant of Ethernet",
      have: { ...KUZNETSOV, snapshotLength: 5 },
      want: { length: 19, originalLength: 20 },
    },
    { name: "not so in others of it", have: { ...KUZNETSOV, snapshotLength: 5, linkType: 113 }, want: { length: 5 } },
    {
      name: "the original length first in version 2.2",
      have: { ...twoLengths, version: [2, 2], originalFirst: true },
      want: { length: 4, originalLength: 60 },
    },
    {
      name: "the original length first in version 543.0",
      have: { ...twoLengths, version: [543, 0], originalFirst: true },
      want: { length: 4, originalLength: 60 },
    },
    {
      name: "the smaller length as the captured one in version 2.3, old order",
      have: { ...twoLengths, version: [2, 3], originalFirst: true },
      want: { length: 4, originalLength: 60 },
    },
    {
      name: "the smaller length as the captured one in version 2.3, new order",
      have: { ...twoLengths, version: [2, 3] },
      want: { length: 4, originalLength: 60 },
    },
    {
      name: "an original length below the captured one in version 2.4",
      have: { records: [{ bytes: four, original: 2 }] },
      want: { length: 4, originalLength: 2 },
    },
    {
      name: "packets beyond the snapshot length, which are cut",
      have: { snapshotLength: 3, records: [{ bytes: four }, { bytes: four }] },
      want: { length: 3, originalLength: 4 },
    },
    {
      name: "snapshot length 0 as no limit",
      have: { snapshotLength: 0, records: [{ bytes: four }] },
      want: { length: 4 },
    },
    {
      name: "the link type without the bits for the frame check sequence",
      have: { linkType: 0x1400_0001, records: [{ bytes: four }] },
      want: { linkType: 1 },
    },
    {
      name: "DLT_RAW of Linux as LINKTYPE_RAW",
      have: { linkType: 12, records: [{ bytes: four }] },
      want: { linkType: 101 },
    },
  ];
  for (const little of [true, false])
    it.each(cases)(`reads $name, ${little ? "little" : "big"}-endian`, ({ have, want }) => {
      const { packets, error } = readBytes(directory, pcap({ ...have, little }));
      expect(error).toBeUndefined();
      expect(packets.length).toBe(have.records!.length);
      for (const packet of packets) expect(packet).toMatchObject(want);
    });
});

describe("pcap reader: what is refused", () => {
  const good = { bytes: four };
  /** Of the second record, after one of 4 bytes. */
  const second = 24 + 16 + 4;
  const cases: { name: string; have: PcapFile; offset: number; message: RegExp }[] = [
    { name: "version 1", have: { version: [1, 4] }, offset: 0, message: /version 1\.4/ },
    { name: "version 2.5", have: { version: [2, 5] }, offset: 0, message: /version 2\.5/ },
    { name: "version 543.1", have: { version: [543, 1] }, offset: 0, message: /version 543\.1/ },
    {
      name: "a captured length of 0xffffffff",
      have: { records: [good, { ...good, captured: 0xffffffff }] },
      offset: second,
      message: /packet 2 says that 4294967295 bytes .* ETHERNET have at most 262144/,
    },
    {
      name: "a captured length just above the maximum, whatever the snapshot length",
      have: { snapshotLength: 0x7fffffff, records: [good, { ...good, captured: 262_145 }] },
      offset: second,
      message: /262145/,
    },
    {
      name: "a captured length above the maximum of DBUS",
      have: { linkType: 231, records: [good, { ...good, captured: 128 * 1024 * 1024 + 1 }] },
      offset: second,
      message: /DBUS have at most 134217728/,
    },
    {
      name: "a captured length beyond the end of the file",
      have: { records: [good, { ...good, captured: 1000 }] },
      offset: second,
      message: /packet 2 is cut short: it wants 1016 bytes, and the file ends after 20/,
    },
  ];
  for (const little of [true, false])
    it.each(cases)(`refuses $name, ${little ? "little" : "big"}-endian`, ({ have, offset, message }) => {
      const { packets, error } = readBytes(directory, pcap({ ...have, little }));
      expect(packets.length).toBe(have.records ? 1 : 0);
      expect(error).toMatchObject({ code: "bad-capture", severity: "error" });
      expect(error?.message).toMatch(message);
      expect(error?.place).toEqual({ file: expect.stringContaining(directory), offset });
      expect(error?.hint).toMatch(/\.$/);
    });
});
