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
  section,
  simplePacket,
} from "./build.ts";
import { readBytes, scratchDirectory, text } from "./read-all.ts";

const directory = scratchDirectory();
const five = payload(5);
const BOTH = [
  { little: true, order: "little-endian" },
  { little: false, order: "big-endian" },
];

describe.each(BOTH)("pcapng reader, $order: what a file means", ({ little }) => {
  const head = section(little);
  const ethernet = description(little);
  const packet = (given: Partial<Parameters<typeof enhancedPacket>[1]> = {}) =>
    enhancedPacket(little, { bytes: five, ...given });
  const resolution = (value: number, ...more: Uint8Array[]) =>
    description(little, { options: concat(option(little, 9, int(value, 1, little)), ...more) });

  const cases: { name: string; have: Uint8Array[]; want: object[] }[] = [
    { name: "a section without interfaces", have: [head], want: [] },
    {
      name: "an enhanced packet",
      have: [head, ethernet, packet({ time: 1_700_000_000_123_456n, original: 60 })],
      want: [{ time: "1700000000123456000", length: 5, originalLength: 60, linkType: 1, bytes: text(five) }],
    },
    {
      name: "an enhanced packet with options",
      have: [head, ethernet, packet({ options: concat(option(little, 2, int(0, 4, little)), int(0, 4, little)) })],
      want: [{ bytes: text(five) }],
    },
    {
      name: "an obsolete packet",
      have: [head, ethernet, description(little, { linkType: 101 }), oldPacket(little, { interface: 1, bytes: five })],
      want: [{ linkType: 101, bytes: text(five), time: "0" }],
    },
    {
      name: "simple packets, cut at the snapshot length of the first interface",
      have: [
        head,
        description(little, { snapshotLength: 3, linkType: 113 }),
        ethernet,
        simplePacket(little, payload(3), 60),
        simplePacket(little, payload(2)),
      ],
      want: [
        { length: 3, originalLength: 60, linkType: 113, time: "0" },
        { length: 2, originalLength: 2 },
      ],
    },
    {
      name: "unknown blocks, with and without a body",
      have: [head, block(little, 0xbad, payload(9)), ethernet, block(little, 5, new Uint8Array()), packet()],
      want: [{ bytes: text(five) }],
    },
    {
      name: "several interfaces with link types of their own",
      have: [
        head,
        ethernet,
        packet(),
        description(little, { linkType: 101, snapshotLength: 9 }),
        packet({ interface: 1 }),
        packet(),
      ],
      want: [{ linkType: 1 }, { linkType: 101 }, { linkType: 1 }],
    },
    {
      name: "sections, also in the other byte order, with interfaces of their own",
      have: [
        head,
        ethernet,
        packet(),
        section(!little),
        description(!little, { linkType: 9 }),
        enhancedPacket(!little, { bytes: five, original: 7 }),
        section(little, [1, 2]),
        description(little, { linkType: 12 }),
        packet(),
      ],
      want: [{ linkType: 1 }, { linkType: 9, originalLength: 7 }, { linkType: 101 }],
    },
    {
      name: "times in nanoseconds",
      have: [head, resolution(9), packet({ time: 1_700_000_000_123_456_789n })],
      want: [{ time: "1700000000123456789" }],
    },
    {
      name: "times in 2^-10 seconds",
      have: [head, resolution(0x80 | 10), packet({ time: 1025n })],
      want: [{ time: "1000976562" }],
    },
    {
      name: "an offset of times",
      have: [head, resolution(6, option(little, 14, int(-2n, 8, little))), packet({ time: 5_000_001n })],
      want: [{ time: "3000001000" }],
    },
    {
      name: "options after the end of the options as if they were not there",
      have: [
        head,
        description(little, { options: concat(int(0, 4, little), option(little, 9, int(9, 1, little))) }),
        packet({ time: 1n }),
      ],
      want: [{ time: "1000" }],
    },
    {
      name: "a packet larger than the buffer",
      have: [
        head,
        description(little, { linkType: 231, snapshotLength: 0 }),
        packet({ bytes: new Uint8Array(300_000).fill(7) }),
        packet(),
      ],
      want: [{ length: 300_000, bytes: "\x07".repeat(300_000) }, { bytes: text(five) }],
    },
  ];
  it.each(cases)("reads $name", ({ have, want }) => {
    const { packets, error } = readBytes(directory, concat(...have));
    expect(error).toBeUndefined();
    expect(packets.length).toBe(want.length);
    expect(packets).toMatchObject(want);
  });
});

describe.each(BOTH)("pcapng reader, $order: what is refused", ({ little }) => {
  const head = section(little);
  const ethernet = description(little);
  const packet = enhancedPacket(little, { bytes: five });
  const withOption = (code: number, value: Uint8Array, length?: number) =>
    description(little, { options: option(little, code, value, length) });
  const zeros = new Uint8Array(8);

  /** The last part is refused. */
  const cases: { name: string; have: Uint8Array[]; message: RegExp }[] = [
    { name: "no byte-order magic", have: [block(little, 0x0a0d0d0a, zeros)], message: /byte-order magic/ },
    { name: "version 2.0", have: [section(little, [2, 0])], message: /version 2\.0/ },
    { name: "version 1.1 in the first section", have: [section(little, [1, 1])], message: /version 1\.1/ },
    { name: "version 2.0 later", have: [head, section(little, [2, 0])], message: /version 2\.0/ },
    { name: "a section header of 0 bytes", have: [section(little, [1, 0], { total: 0 })], message: /length of 0/ },
    { name: "one of 24 bytes", have: [section(little, [1, 0], { total: 24 })], message: /at least 28/ },
    { name: "one of 4 GB", have: [section(little, [1, 0], { total: 0xffffffff })], message: /4294967295/ },
    { name: "one of 4 GB later", have: [head, section(little, [1, 0], { total: 0xfffffffc })], message: /4294967292/ },
    ...[0, 8, 15, 0xffffffff].map((total) => ({
      name: `a total length of ${total}`,
      have: [head, block(little, 77, zeros, { total })],
      message: new RegExp(`block of type 77 has a total length of ${total}; it is a multiple of 4`),
    })),
    {
      name: "a total length of more than 16 MB",
      have: [head, block(little, 77, zeros, { total: 0xfffffffc })],
      message: /at most 16777216/,
    },
    {
      name: "a total length that differs at the end",
      have: [head, ethernet, enhancedPacket(little, { bytes: five }, { trailer: 41 })],
      message: /Enhanced Packet Block has a total length of 40 at its beginning, and of 41 at its end/,
    },
    {
      name: "a block that goes on",
      have: [head, block(little, 77, zeros, { total: 400 })],
      message: /wants 400 bytes/,
    },
    { name: "a packet without interface", have: [head, packet], message: /interface 0; the section has described 0/ },
    { name: "a simple packet without interface", have: [head, simplePacket(little, five)], message: /interface 0/ },
    {
      name: "a packet of an interface of the last section",
      have: [head, ethernet, section(little), packet],
      message: /interface 0/,
    },
    {
      name: "a packet of interface 4294967295",
      have: [head, ethernet, enhancedPacket(little, { bytes: five, interface: 0xffffffff })],
      message: /interface 4294967295/,
    },
    {
      name: "a packet longer than the snapshot length",
      have: [head, description(little, { snapshotLength: 4 }), packet],
      message: /snapshot length of interface 0 is 4/,
    },
    {
      name: "a packet longer than its block",
      have: [head, ethernet, enhancedPacket(little, { bytes: five, captured: 9 })],
      message: /9 bytes were captured; it has 8/,
    },
    {
      name: "a simple packet longer than its block",
      have: [head, ethernet, simplePacket(little, five, 9)],
      message: /9 bytes were captured; it has 8/,
    },
    {
      name: "an enhanced packet without room",
      have: [head, ethernet, block(little, 6, zeros)],
      message: /has 8 bytes/,
    },
    { name: "an old packet without room", have: [head, ethernet, block(little, 2, zeros)], message: /has 8 bytes/ },
    {
      name: "a simple packet without room",
      have: [head, ethernet, block(little, 3, new Uint8Array())],
      message: /room/,
    },
    { name: "an interface without room", have: [head, block(little, 1, new Uint8Array(4))], message: /has 4 bytes/ },
    { name: "an option that goes on", have: [head, withOption(2, five, 60)], message: /option 2 with 60 bytes/ },
    { name: "if_tsresol of 2 bytes", have: [head, withOption(9, zeros, 2)], message: /if_tsresol with 2 bytes/ },
    { name: "10^-20 seconds", have: [head, withOption(9, int(20, 1, little))], message: /10\^-20/ },
    { name: "2^-64 seconds", have: [head, withOption(9, int(0x80 | 64, 1, little))], message: /2\^-64/ },
    { name: "if_tsoffset of 4 bytes", have: [head, withOption(14, payload(4))], message: /if_tsoffset with 4 bytes/ },
    { name: "an end of options with a value", have: [head, withOption(0, payload(4))], message: /length 4/ },
    ...[9, 14].map((code) => {
      const one = option(little, code, new Uint8Array(code === 9 ? 1 : 8));
      return {
        name: `option ${code} twice`,
        have: [head, description(little, { options: concat(one, one) })],
        message: /twice/,
      };
    }),
  ];
  it.each(cases)("refuses $name", ({ have, message }) => {
    const { error } = readBytes(directory, concat(...have));
    expect(error?.code).toBe("bad-capture");
    expect(error?.message).toMatch(message);
    expect(error?.place?.offset).toBe(concat(...have.slice(0, -1)).length);
  });

  it("refuses a section of more than 65536 interfaces", () => {
    const bytes = Buffer.concat([head, ...Array.from({ length: 65_537 }, () => ethernet)]);
    const { error } = readBytes(directory, bytes);
    expect(error?.message).toMatch(/one more than the 65536/);
    expect(error?.place?.offset).toBe(head.length + 65_536 * ethernet.length);
  });
});
