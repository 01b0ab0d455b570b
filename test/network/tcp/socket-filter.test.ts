import { describe, expect, it } from "vitest";
import { Lab, MS, Peer, SECOND } from "./lab.ts";

const TIMESTAMPS = [1, 1, 8, 10, 0, 0, 3, 232, 0, 0, 0, 0];

describe("a socket filter on TCP", () => {
  // Measured on Linux 6.18: established, 32-byte header, 8 bytes sent; test/kernel/tcp.test.ts asks the kernel at hand.
  it.each([
    { name: "0", returned: 0, reads: [], acknowledged: undefined, dropped: 1 },
    { name: "1", returned: 1, reads: [], acknowledged: undefined, dropped: 0 },
    { name: "20", returned: 20, reads: [], acknowledged: undefined, dropped: 0 },
    { name: "32", returned: 32, reads: [], acknowledged: undefined, dropped: 0 },
    { name: "36", returned: 36, reads: [{ length: 4, original: 8 }], acknowledged: 4, dropped: 0 },
    { name: "40", returned: 40, reads: [{ length: 8, original: 8 }], acknowledged: 8, dropped: 0 },
    { name: "0xffffffff", returned: 0xffff_ffff, reads: [{ length: 8, original: 8 }], acknowledged: 8, dropped: 0 },
  ])("that returns $name for an established connection", ({ returned, reads, acknowledged, dropped }) => {
    let value = 0xffff_ffff;
    const lab = new Lab({ filter: () => value });
    const peer = new Peer(lab);
    peer.open(TIMESTAMPS);
    value = returned;
    const answers = peer.send({ flags: "PA", seq: 1001, ack: peer.irs + 1, payload: 8, options: TIMESTAMPS }, 60 * MS);
    expect(lab.reads).toEqual(reads);
    expect(answers.map(({ ack }) => ack - 1001)).toEqual(acknowledged === undefined ? [] : [acknowledged]);
    expect(lab.listener.counts).toMatchObject({ received: reads.length, dropped });
    expect(lab.drops("SOCKET_FILTER")).toBe(dropped);
    expect(lab.imbalance).toBeUndefined();
  });

  it("that drops the SYN leaves it without an answer", () => {
    const lab = new Lab({ filter: 0 });
    const peer = new Peer(lab);
    expect(peer.send({ flags: "S", seq: 1000 }, SECOND)).toEqual([]);
    expect(lab.listener.counts).toMatchObject({ seen: 1, dropped: 1, received: 0 });
  });

  it("that trims makes the sender send the rest again, until all is there", () => {
    const lab = new Lab({ filter: 36, link: { delay: MS } });
    lab.connect(8);
    lab.run();
    expect(lab.reads).toEqual([
      { length: 4, original: 8 },
      { length: 4, original: 4 },
    ]);
    expect(lab.received).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(lab.client.ip.tcp.counts).toMatchObject({ retransmissions: 1, closed: 1 });
    expect(lab.outcomes).toEqual(["closed"]);
    expect(lab.imbalance).toBeUndefined();
  });

  it("sees the segment from its TCP header on, once each", () => {
    const lengths: number[] = [];
    const lab = new Lab({
      filter: (length) => {
        lengths.push(length);
        return 0xffff_ffff;
      },
    });
    lab.connect(100);
    lab.run();
    expect(lengths).toEqual([40, 32, 132, 32, 32]);
    expect(lab.listener.counts).toMatchObject({ seen: 5, received: 1, receivedBytes: 100, trimmed: 0, dropped: 0 });
  });
});
