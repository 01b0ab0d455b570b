import { describe, expect, it } from "vitest";
import { Lab, MS, Peer, SECOND } from "./lab.ts";

describe("timers", () => {
  it("sends a SYN again after 1, 2, 3, 4, 5, 7, 11, 19, 35 and 67 s, and gives up after 131 s", () => {
    const lab = new Lab();
    new Peer(lab).send({ flags: "R" });
    lab.network.cut(0);
    const sent = lab.record("client");
    lab.client.ip.tcp.connect({
      family: 4,
      destination: Uint8Array.of(10, 0, 0, 2),
      dport: 80,
      bytes: 0,
      onClosed: (outcome) => lab.outcomes.push(outcome),
    });
    lab.run();
    expect(sent.map(({ at }) => Math.round(at / 1000))).toEqual([0, 1, 2, 3, 4, 5, 7, 11, 19, 35, 67]);
    expect(lab.outcomes).toEqual(["timed-out"]);
    expect(Math.round(lab.now / 1000)).toBe(131);
    expect(lab.imbalance).toBeUndefined();
  });

  it("sends a SYN+ACK again after 1, 3, 7, 15 and 31 s, and forgets it after 63 s", () => {
    const lab = new Lab();
    const peer = new Peer(lab);
    peer.send({ flags: "S" });
    lab.run();
    expect(peer.answers.map(({ flags, at }) => `${flags} ${Math.round(at / 1000)}`)).toEqual([
      "SA 0",
      "SA 1",
      "SA 3",
      "SA 7",
      "SA 15",
      "SA 31",
    ]);
    expect(Math.round(lab.now / 1000)).toBe(63);
    expect(peer.send({ flags: "A", seq: 1, ack: 1 }).map(({ flags }) => flags)).toEqual(["R"]);
  });

  it("times a SYN that was sent twice by its timestamp", () => {
    const lab = new Lab({ link: { delay: 5 * MS } });
    lab.connect(0, { dport: 81 });
    lab.run();
    const begin = lab.world.simulation.now;
    lab.network.cut(0);
    lab.world.simulation.after(500 * MS, { run: () => lab.network.mend(0) });
    const sent = lab.record("client");
    lab.connect(10);
    // Once more, so that the data is lost: SYN at 1 s, SYN+ACK and data at 1.01 s.
    lab.run(begin + 1009 * MS);
    lab.network.impair(0, [{ loss: 1 }, {}]);
    lab.run(begin + 3000 * MS);
    const data = sent.filter(({ length }) => length > 0).map(({ at }) => Math.round(at - begin / MS));
    // Without a measurement the timeout would be 3 s (RFC 6298 section 5.7).
    expect(data).toEqual([1010, 1220, 1640, 2480]);
  });

  it("doubles the retransmission timeout, which is at least 200 ms over the round trip", () => {
    const lab = new Lab({ echo: true });
    const peer = new Peer(lab);
    peer.open();
    peer.send({ flags: "PA", seq: 1001, ack: peer.irs + 1, payload: 10 });
    const from = lab.now;
    lab.run(7 * SECOND);
    const again = peer.answers.filter(({ length }) => length === 10).map(({ at }) => Math.abs(Math.round(at - from)));
    expect(again).toEqual([0, 200, 600, 1400, 3000, 6200]);
  });

  it("delays an acknowledgement in a conversation by 40 ms", () => {
    const lab = new Lab({ echo: true });
    const peer = new Peer(lab);
    peer.open();
    const first = peer.send({ flags: "PA", seq: 1001, ack: peer.irs + 1, payload: 10 }, MS);
    expect(first.map(({ flags, length }) => `${flags}${length}`)).toEqual(["A0", "PA10"]);
    // Echoed at once; what acknowledges rides on it.
    const second = peer.send({ flags: "PA", seq: 1011, ack: peer.irs + 11, payload: 10 }, MS);
    expect(second.map(({ flags, length }) => `${flags}${length}`)).toEqual(["PA10"]);
    // The echo waits for the window: the acknowledgement goes alone.
    const from = lab.now;
    const third = peer.send({ flags: "PA", seq: 1021, ack: peer.irs + 21, payload: 10, window: 0 }, 100 * MS);
    expect(third.map(({ flags, length, at }) => `${flags}${length} ${Math.round(at - from)}`)).toEqual(["A0 40"]);
  });

  it("asks for a closed window at doubling intervals, for as long as it is answered", () => {
    const lab = new Lab({ echo: true });
    const peer = new Peer(lab);
    peer.open();
    peer.send({ flags: "PA", seq: 1001, ack: peer.irs + 1, payload: 10, window: 0 }, MS);
    const from = lab.now;
    const probes: number[] = [];
    for (let i = 0; i < 4; i++) {
      const known = peer.answers.length;
      while (peer.answers.length === known) lab.run(lab.world.simulation.now + 0.1 * MS);
      const probe = peer.answers[known]!;
      expect([probe.seq, probe.length]).toEqual([peer.irs, 0]);
      probes.push(Math.round((probe.at - from) / 10) * 10);
      peer.send({ flags: "A", seq: 1011, ack: peer.irs + 1, window: 0 });
    }
    expect(probes).toEqual([200, 600, 1400, 3000]);
    const opened = peer.send({ flags: "A", seq: 1011, ack: peer.irs + 1, window: 100 }, MS);
    expect(opened.map(({ flags, length }) => `${flags}${length}`)).toEqual(["PA10"]);
  });

  it("sends what fits into a window smaller than the segment, once nothing else can happen", () => {
    const lab = new Lab({ echo: true });
    const peer = new Peer(lab);
    peer.open();
    peer.send({ flags: "PA", seq: 1001, ack: peer.irs + 1, payload: 1 });
    peer.send({ flags: "PA", seq: 1002, ack: peer.irs + 2, payload: 10, window: 4 });
    lab.run(lab.world.simulation.now + 250 * MS);
    expect(peer.answers.at(-1)).toMatchObject({ flags: "PA", length: 4, seq: peer.irs + 2 });
  });

  it("keeps no run alive for TIME-WAIT", () => {
    const lab = new Lab();
    lab.connect(10);
    lab.run();
    expect(lab.outcomes).toEqual(["closed"]);
    expect(lab.now).toBeLessThan(2000);
  });

  it("gives up a closed connection whose FIN nobody acknowledges after some 100 s", () => {
    const lab = new Lab();
    const peer = new Peer(lab);
    peer.open();
    peer.send({ flags: "FA", seq: 1001, ack: peer.irs + 1 });
    lab.run();
    expect(lab.now / 1000).toBeGreaterThan(102);
    expect(lab.now / 1000).toBeLessThan(210);
    expect(lab.server.ip.tcp.counts).toMatchObject({ closed: 0, failed: 1 });
  });
});
