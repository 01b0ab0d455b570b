import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EventQueue } from "../../src/simulation/event-queue.ts";

function drain(queue: EventQueue): void {
  while (queue.size > 0) queue.runNext();
}

describe("EventQueue", () => {
  it("runs events by time, and those of one time in the order of scheduling", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 200 }), (times) => {
        const queue = new EventQueue();
        const ran: number[] = [];
        const handler = { run: (index: number) => void ran.push(index) };
        times.forEach((time, index) => {
          queue.push(time, handler, index, undefined);
        });
        drain(queue);
        const want = times.map((time, index) => ({ time, index })).sort((a, b) => a.time - b.time || a.index - b.index);
        expect(ran).toEqual(want.map((event) => event.index));
      }),
    );
  });

  it("keeps the order when events schedule further ones", () => {
    const queue = new EventQueue();
    const ran: string[] = [];
    const note = { run: (_: number, name: unknown) => void ran.push(name as string) };
    const spawn = {
      run: () => {
        queue.push(5, note, 0, "spawned at 5");
        queue.push(3, note, 0, "spawned at 3");
      },
    };
    queue.push(5, note, 0, "first at 5");
    queue.push(3, spawn, 0, undefined);
    drain(queue);
    expect(ran).toEqual(["spawned at 3", "first at 5", "spawned at 5"]);
  });

  it("says that nothing is left by an infinite next time", () => {
    expect(new EventQueue().nextTime).toBe(Number.POSITIVE_INFINITY);
  });
});
