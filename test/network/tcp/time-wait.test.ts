import { describe, expect, it } from "vitest";
import { Lab, MS, Peer, SECOND, type SegmentFields, type Wire } from "./lab.ts";

/** A connection that the server opened to the test, and shut down on its side after `bytes` bytes. */
class Opened {
  readonly lab = new Lab();
  private readonly peer = new Peer(this.lab);
  private readonly syn: Wire;

  constructor(bytes: number) {
    this.syn = this.peer.accept(bytes, MS)[0]!;
    this.answer({ flags: "SA", seq: 500, ack: 1 });
  }

  get closed(): number {
    return this.lab.server.ip.tcp.counts.closed;
  }

  /** Sends a segment, `ack` counting from the server's first sequence number; gives back flags and acknowledgement of what answers. */
  answer(fields: SegmentFields & { ack: number }, wait = MS): string[] {
    const answers = this.peer.send({ ...fields, ack: this.syn.seq + fields.ack, dport: this.syn.sport }, wait);
    return answers.map(({ flags, ack }) => `${flags} ${ack}`);
  }

  /** Lets time pass in which nothing happens. */
  pause(time: number): void {
    const { simulation } = this.lab.world;
    simulation.after(time, { run() {} });
    this.lab.run();
  }
}

describe("a half-open connection", () => {
  it("stays for as long as the peer likes", () => {
    const server = new Opened(10);
    server.answer({ flags: "A", seq: 501, ack: 12 });
    expect(server.answer({ flags: "PA", seq: 501, ack: 12, payload: 50 })).toEqual(["A 551"]);
    server.pause(3600 * SECOND);
    expect(server.closed).toBe(0);
    expect(server.answer({ flags: "FA", seq: 551, ack: 12 })).toEqual(["A 552"]);
    expect(server.closed).toBe(1);
  });
});

/** What TIME-WAIT answers is in segment-cases.ts. */
describe("TIME-WAIT", () => {
  it("ends after 60 s, counted anew from each stray", () => {
    const server = new Opened(0);
    const fin = { flags: "FA", seq: 501, ack: 2 };
    expect(server.answer(fin)).toEqual(["A 502"]);
    for (const pause of [50, 59, 59]) {
      server.pause(pause * SECOND);
      expect(server.answer(fin)).toEqual(["A 502"]);
    }
    server.pause(61 * SECOND);
    expect(server.answer(fin)).toEqual(["R 0"]);
  });

  it("gives way to a new connection that a listening socket takes, with a later sequence number", () => {
    const lab = new Lab();
    const peer = new Peer(lab);
    // From the port that the socket listens on, so that the peer's next SYN meets both.
    const iss = peer.accept(0, MS, 80)[0]!.seq;
    peer.send({ flags: "SA", seq: 1000, ack: iss + 1 });
    peer.send({ flags: "FA", seq: 1001, ack: iss + 2 });
    expect(lab.server.ip.tcp.counts.closed).toBe(1);
    expect(peer.send({ flags: "S", seq: 900 })).toMatchObject([{ flags: "A", ack: 1002 }]);
    const [answer] = peer.send({ flags: "S", seq: 1003 });
    expect(answer).toMatchObject({ flags: "SA", ack: 1004, seq: (iss + 2 + 65_537) >>> 0 });
  });
});
