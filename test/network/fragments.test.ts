import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FragmentQueue } from "../../src/network/ip/fragment-queue.ts";
import { writeChecksum } from "../../src/network/ip/header.ts";
import { combinedEcn } from "../../src/network/ip/reassembly.ts";
import type { Skb } from "../../src/packet/skb.ts";
import { set16 } from "../../src/packet/wire.ts";
import { bytes, ethernet, filler, hex, ip, ipv4, ipv6, mac, sealed, udp } from "./frames.ts";
import { Stage } from "./stage.ts";

const OWN = "02:00:00:00:00:01";
const FAR = "02:00:00:00:00:99";

/** A host that knows its sender, and a UDP socket on port 7. */
function receiver() {
  const stage = new Stage();
  const host = stage.host("host", {
    interfaces: { eth0: { mac: OWN, addresses: ["10.0.0.1/24", "2001:db8::1/64"] } },
  });
  const eth0 = host.interfaces.get("eth0")!;
  const end = stage.far(eth0);
  const heard = stage.udp(host, { port: 7 });
  for (const [family, address] of [
    [4, ip("10.0.0.9")],
    [6, ip("2001:db8::9")],
  ] as const)
    host.ip.neighbours.learn(eth0, family, bytes(address, mac(FAR)), 0, address.length, {
      create: true,
      override: true,
    });
  return { stage, host, eth0, end, heard };
}

const whole4 = (payload: Uint8Array) =>
  sealed(ipv4({ source: "10.0.0.9", destination: "10.0.0.1", protocol: 17, id: 77 }, udp(9, 7, payload)));

const whole6 = (payload: Uint8Array) =>
  sealed(ipv6({ source: "2001:db8::9", destination: "2001:db8::1", next: 17 }, udp(9, 7, payload)));

/** The frame with the bytes of `packet`'s payload from `start` up to `end`. */
function piece(packet: Uint8Array, start: number, end: number, id = 77): Uint8Array {
  const header = packet[0]! >> 4 === 4 ? 20 : 40;
  const payload = packet.slice(header + start, header + end);
  const more = end < packet.length - header;
  if (header === 20) {
    const fields = {
      source: "10.0.0.9",
      destination: "10.0.0.1",
      protocol: 17,
      id,
      fragment: (start >> 3) | (more ? 0x2000 : 0),
    };
    return ethernet(OWN, FAR, 0x0800, ipv4(fields, payload));
  }
  const field = start | (more ? 1 : 0);
  const extension = [17, 0, field >> 8, field & 255, 0, 0, 0, id];
  const fields = { source: "2001:db8::9", destination: "2001:db8::1", next: 44 };
  return ethernet(OWN, FAR, 0x86dd, ipv6(fields, bytes(extension, payload)));
}

describe("a queue of fragments", () => {
  const piecesOf = (size: number) => fc.uniqueArray(fc.integer({ min: 1, max: size - 1 }), { maxLength: 12 });

  it("is complete exactly when every byte is there, in whatever order and with whatever repetitions", () => {
    fc.assert(
      fc.property(piecesOf(40), fc.infiniteStream(fc.nat(1000)), (cuts, stream) => {
        const bounds = [0, ...[...cuts].sort((a, b) => a - b), 40];
        const list = bounds.slice(1).map((end, i) => ({ start: bounds[i]! * 8, end: end * 8 }));
        const queue = new FragmentQueue();
        const left = [...list];
        while (left.length > 0) {
          expect(queue.isComplete).toBe(false);
          const [next] = left.splice(stream.next().value! % left.length, 1) as [{ start: number; end: number }];
          const fragment = { skb: {} as Skb, offset: 20, ...next };
          expect(queue.insert(fragment, next.end < 320)).toBe("taken");
          expect(queue.insert(fragment, next.end < 320)).toBe("duplicate");
        }
        expect(queue.isComplete).toBe(true);
        expect(queue.size).toBe(list.length);
        expect([...queue.fragments()].map(({ start, end }) => ({ start, end }))).toEqual(list);
      }),
    );
  });

  it("never takes two fragments that overlap", () => {
    const fragment = fc.tuple(fc.nat(12), fc.nat(12), fc.boolean());
    fc.assert(
      fc.property(fc.array(fragment, { maxLength: 30 }), (fragments) => {
        const queue = new FragmentQueue();
        for (const [start, length, more] of fragments)
          if (
            queue.insert({ skb: {} as Skb, start: start * 8, end: (start + length) * 8, offset: 20 }, more) !== "taken"
          )
            continue;
        let reached = 0;
        for (const { start, end } of queue.fragments()) {
          expect(start).toBeGreaterThanOrEqual(reached);
          reached = end;
        }
      }),
      { numRuns: 500 },
    );
  });

  it("congestion marks combine as in RFC 3168, section 5.3", () => {
    const not = 1;
    const ect1 = 2;
    const ect0 = 4;
    const ce = 8;
    const table: [number, number | undefined][] = [
      [not, 0],
      [ect1, 1],
      [ect0, 2],
      [ce, 3],
      [ect0 | ect1, 2],
      [ect0 | ce, 3],
      [ect1 | ce, 3],
      [ect0 | ect1 | ce, 3],
      [not | ce, undefined],
      [not | ect0, undefined],
    ];
    for (const [seen, want] of table) expect(combinedEcn(seen)).toBe(want);
  });
});

for (const [family, whole] of [
  [4, whole4],
  [6, whole6],
] as const)
  describe(`IPv${family} reassembly`, () => {
    it("gives the datagram back, in any order of its fragments", () => {
      const size = 8 + 96;
      const cuts = fc.uniqueArray(fc.integer({ min: 1, max: size / 8 - 1 }), { maxLength: 6 });
      fc.assert(
        fc.property(cuts, fc.infiniteStream(fc.nat(1000)), (places, stream) => {
          const { stage, eth0, heard } = receiver();
          const packet = whole(filler(96));
          // The first fragment must hold the UDP header.
          const bounds = [0, ...[...places].sort((a, b) => a - b).map((place) => place * 8), size];
          const frames = bounds.slice(1).map((end, i) => piece(packet, bounds[i]!, end));
          while (frames.length > 0) {
            expect(heard.packets).toEqual([]);
            stage.receive(eth0, frames.splice(stream.next().value! % frames.length, 1)[0]!);
            expect(stage.unaccounted).toEqual([0, 0]);
          }
          expect(heard.packets).toEqual([hex(filler(96))]);
          expect(stage.queued).toBe(0);
        }),
        { numRuns: 60 },
      );
    });

    it("keeps datagrams with different identifications apart", () => {
      const { stage, eth0, heard } = receiver();
      const [one, two] = [whole(filler(32)), whole(filler(40).map((byte) => 255 - byte))];
      stage.receive(eth0, piece(one, 0, 16, 1));
      stage.receive(eth0, piece(two, 0, 16, 2));
      stage.receive(eth0, piece(two, 16, 48, 2));
      stage.receive(eth0, piece(one, 16, 40, 1));
      expect(heard.packets).toEqual([hex(filler(40).map((byte) => 255 - byte)), hex(filler(32))]);
    });

    it("gives up when its time is over, and says so where the first fragment came", () => {
      const seconds = family === 4 ? 30 : 60;
      for (const hasFirst of [true, false]) {
        const { stage, host, eth0, end } = receiver();
        const packet = whole(filler(96));
        if (hasFirst) stage.receive(eth0, piece(packet, 0, 16));
        stage.receive(eth0, piece(packet, 32, 48));
        expect(host.queues.reassembly).toBe(hasFirst ? 2 : 1);
        stage.wait(seconds * 1e9 - 1);
        expect(stage.drops).toEqual({});
        stage.wait(1);
        expect(stage.drops).toEqual({ FRAG_REASM_TIMEOUT: hasFirst ? 2 : 1 });
        const type = family === 4 ? 68 : 108;
        expect(end.frames.map((frame) => frame.slice(type, type + 4))).toEqual(
          hasFirst ? [family === 4 ? "0b01" : "0301"] : [],
        );
        expect(stage.unaccounted).toEqual([0, 0]);
      }
    });

    it("holds no more than its memory for datagrams that never end", () => {
      const { stage, host, eth0 } = receiver();
      const frame = piece(whole(filler(1400)), 0, 1200);
      for (let i = 0; i < 4000; i++) {
        set16(frame, family === 4 ? 18 : 58, i);
        if (family === 4) writeChecksum(frame, 14, 20);
        stage.receive(eth0, frame);
      }
      // 4 MiB (ipfrag_high_thresh, ip6frag_high_thresh).
      expect(host.queues.reassembly).toBeLessThan(2500);
      expect(stage.drops).toEqual({ FRAG_MEMORY: 4000 - host.queues.reassembly });
      expect(stage.unaccounted).toEqual([0, 0]);
    });
  });
