import { describe, expect, it } from "vitest";
import { FIN, PSH } from "../../../src/network/tcp/flags.ts";
import { LOST, RetransmitQueue } from "../../../src/network/tcp/retransmit-queue.ts";

const show = (queue: RetransmitQueue) =>
  Array.from({ length: queue.count }, (_, i) => [queue.start(i), queue.end(i), queue.mark(i)]);

describe("RetransmitQueue", () => {
  it("keeps order while it wraps around and grows", () => {
    const queue = new RetransmitQueue();
    let next = 0;
    let oldest = 0;
    for (let round = 0; round < 40; round++) {
      for (let i = 0; i < 7; i++) queue.push(next, ++next, 0, next);
      for (let i = 0; i < 6; i++) {
        expect([queue.start(0), queue.end(0), queue.sentAt(0)]).toEqual([oldest, oldest + 1, oldest + 1]);
        queue.shift();
        oldest++;
      }
    }
    expect(queue.count).toBe(40);
  });

  it("counts what is lost and what is sent again", () => {
    const queue = new RetransmitQueue();
    for (let i = 0; i < 4; i++) queue.push(i, i + 1, 0, 0);
    queue.markAllLost();
    expect([queue.lost, queue.resent, queue.nextLost()]).toEqual([4, 0, 0]);
    queue.markResent(0, 0, 5);
    expect([queue.lost, queue.resent, queue.nextLost()]).toEqual([4, 1, 1]);
    queue.markLost(0);
    expect([queue.lost, queue.resent, queue.nextLost()]).toEqual([4, 0, 0]);
    queue.markResent(0, 0, 6);
    queue.shift();
    expect([queue.lost, queue.resent, queue.count]).toEqual([3, 0, 3]);
  });

  it("cuts long segments into pieces and leaves FIN and PSH on the last", () => {
    const queue = new RetransmitQueue();
    queue.push(0xffff_fff0, 20, 0, 1);
    queue.push(20, 30, 0, 2);
    queue.push(30, 56, FIN | PSH, 3);
    queue.split(10);
    expect(show(queue)).toEqual([
      [0xffff_fff0, 0xffff_fffa, LOST],
      [0xffff_fffa, 4, LOST],
      [4, 14, LOST],
      [14, 20, LOST],
      [20, 30, 0],
      [30, 40, LOST],
      [40, 50, LOST],
      [50, 56, LOST | FIN | PSH],
    ]);
    expect(queue.lost).toBe(7);
  });
});
