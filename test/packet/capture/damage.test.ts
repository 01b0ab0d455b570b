import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { NetsimError } from "../../../src/errors.ts";
import { openCapture } from "../../../src/packet/capture/open-capture.ts";
import { concat, description, enhancedPacket, int, option, payload, pcap, pcapParts, section } from "./build.ts";
import { damaged } from "./damage.ts";
import { readAll, readBytes, scratchDirectory } from "./read-all.ts";

const directory = scratchDirectory();

/** What a file consists of; those parts that are packets; whether one may also end before there is any. */
function samples(little: boolean) {
  const records = [3, 0, 16].map((length) => ({ seconds: 9, bytes: payload(length) }));
  const packets = records.map((record) => enhancedPacket(little, record));
  const resolution = option(little, 9, int(9, 1, little));
  return [
    { name: "pcap", parts: pcapParts({ little, records }), packets: [1, 2, 3] },
    {
      name: "Kuznetsov's pcap",
      parts: pcapParts({
        little,
        magic: 0xa1b2cd34,
        records: records.map((record) => ({ ...record, extra: payload(8) })),
      }),
      packets: [1, 2, 3],
    },
    {
      name: "pcapng",
      parts: [
        section(little),
        description(little, { options: resolution }),
        packets[0]!,
        packets[1]!,
        section(!little),
        section(little),
        description(little),
        packets[2]!,
      ],
      packets: [2, 3, 7],
    },
  ];
}

describe.each([true, false])("a capture that was cut, little-endian: %s", (little) => {
  it.each(samples(little))(
    "ends well between the records of $name, and with their offset within",
    ({ parts, packets }) => {
      const whole = concat(...parts);
      let part = 0;
      let start = 0;
      for (let size = 0; size < whole.length; size++) {
        if (size === start + parts[part]!.length) start += parts[part++]!.length;
        const { packets: found, error } = readBytes(directory, whole.subarray(0, size));
        expect(found.length).toBe(packets.filter((packet) => packet < part).length);
        if (size > 0 && size === start) expect(error).toBeUndefined();
        else expect(error).toMatchObject({ code: "bad-capture", place: { offset: start } });
      }
      expect(readBytes(directory, whole)).toMatchObject({ error: undefined, packets: packets.map(() => ({})) });
    },
  );
});

describe("a damaged capture", () => {
  it("gives packets and then its end or an error that says where", () => {
    const captures = [...samples(true), ...samples(false)].map(({ parts }) => concat(...parts));
    fc.assert(
      fc.property(damaged(captures), (bytes) => {
        const { packets, error } = readBytes(directory, bytes);
        expect(packets.length).toBeLessThanOrEqual(bytes.length / 16);
        if (error === undefined) return;
        expect(error.code).toBe("bad-capture");
        expect(error.place?.offset).toBeLessThanOrEqual(bytes.length);
      }),
      { numRuns: 1500 },
    );
  });

  it("does not make memory for lengths that it made up", () => {
    const files = [
      pcap({ linkType: 231, records: [{ bytes: payload(4), captured: 128 * 1024 * 1024 }] }),
      concat(
        section(true),
        description(true),
        enhancedPacket(true, { bytes: payload(4) }, { total: 16 * 1024 * 1024 }),
      ),
    ];
    for (const bytes of files) {
      const before = process.memoryUsage().arrayBuffers;
      expect(readBytes(directory, bytes).error?.message).toMatch(/cut short/);
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1024 * 1024);
    }
  });

  it("gives its error again when it is asked again", () => {
    const file = join(directory, "twice");
    writeFileSync(file, pcap({ records: [{ bytes: payload(4) }, { bytes: payload(4), captured: 5 }] }));
    const want = readAll(file).error;
    const reader = openCapture(file);
    expect(reader.next()).toBe(true);
    for (let i = 0; i < 2; i++)
      try {
        reader.next();
        expect.unreachable();
      } catch (error) {
        expect((error as NetsimError).diagnostics).toEqual([want]);
      }
    reader.close();
  });
});
