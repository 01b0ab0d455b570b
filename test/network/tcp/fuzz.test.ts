import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Lab, MS, Peer, type SegmentFields } from "./lab.ts";

/** Near what a connection would take, so that segments get past the first checks. */
const nearby = fc.oneof(
  fc.integer({ min: -3, max: 40 }),
  fc.integer({ min: -70_000, max: 70_000 }),
  fc.constantFrom(-0x8000_0000, 0x7fff_ffff),
);
const segment = fc.record({
  flags: fc.subarray(["S", "F", "R", "P", "A"]).map((letters) => letters.join("")),
  seq: nearby,
  ack: nearby,
  window: fc.constantFrom(0, 1, 5, 100, 65_535),
  payload: fc.constantFrom(0, 0, 1, 7, 30, 1400),
  options: fc.oneof(
    fc.constant<number[]>([]),
    fc
      .array(fc.integer({ min: 0, max: 255 }), { minLength: 4, maxLength: 40 })
      .map((bytes) => bytes.slice(0, bytes.length & ~3)),
    fc.nat(2000).map((value) => [1, 1, 8, 10, 0, 0, value >> 8, value & 255, 0, 0, 0, 0]),
  ),
  headerLength: fc.option(fc.constantFrom(0, 16, 24, 60), { nil: undefined, freq: 20 }),
  sport: fc.constantFrom(5000, 5001),
  wait: fc.constantFrom(0, 0, 50, 300, 5000),
  open: fc.boolean(),
});

describe("random segments", () => {
  it.each([{ echo: true }, { echo: false }, { filter: 33 }])("do no harm: %o", (options) => {
    fc.assert(
      fc.property(fc.array(segment, { minLength: 1, maxLength: 30 }), fc.boolean(), (segments, timestamps) => {
        const lab = new Lab(options);
        const peer = new Peer(lab);
        if (segments[0]!.open) peer.open(timestamps ? [1, 1, 8, 10, 0, 0, 3, 232, 0, 0, 0, 0] : []);
        for (const { wait, open: _, headerLength, ...fields } of segments) {
          const sent: SegmentFields = { ...fields, seq: 1001 + fields.seq, ack: peer.irs + 1 + fields.ack };
          peer.send(headerLength === undefined ? sent : { ...sent, headerLength }, wait * MS);
          expect(lab.imbalance).toBeUndefined();
        }
        const { opened, accepted, established, closed, reset, failed } = lab.server.ip.tcp.counts;
        expect(opened).toBe(0);
        expect(established).toBe(accepted);
        expect(closed + reset + failed).toBeLessThanOrEqual(accepted);
        expect(lab.listener.counts.receivedBytes).toBe(lab.received.length);
      }),
      { numRuns: 150 },
    );
  });
});
