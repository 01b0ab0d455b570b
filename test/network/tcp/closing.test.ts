import { describe, expect, it } from "vitest";
import { Lab, MS, Peer } from "./lab.ts";
import { PROCESS_END_CASES } from "./process-end-cases.ts";

describe("a connection whose process ends", () => {
  it.each(PROCESS_END_CASES)("where $name", ({ sent, isRead, isShut, peer: does, want }) => {
    const lab = new Lab();
    const peer = new Peer(lab);
    peer.open();
    lab.listener.server = { served: 0, hasRead: isRead, serve: () => isRead };
    let next = 1001;
    const send = (flags: string, payload = 0) => {
      const answers = peer.send({ flags, seq: next, ack: peer.irs + 1, payload }, 80 * MS);
      next += payload + (flags.includes("F") ? 1 : 0);
      return answers;
    };
    if (sent > 0) send("PA", sent);
    if (isShut) peer.send({ flags: "FA", seq: next++, ack: peer.irs + 1 });
    const from = peer.answers.length;
    lab.server.ip.tcp.close(lab.listener);
    lab.run(lab.world.simulation.now + 80 * MS);
    const atOnce = peer.answers.slice(from).filter(({ flags }) => flags !== "A");
    const later = does === "data" ? send("PA", 8) : does === "fin" ? send("FA") : [];
    expect([atOnce, later].map((answers) => answers.map(({ flags }) => flags))).toEqual(want);
    expect(lab.imbalance).toBeUndefined();
  });

  it("that is no more than a request is forgotten", () => {
    const lab = new Lab();
    const peer = new Peer(lab);
    const [answer] = peer.send({ flags: "S", seq: 1000 });
    lab.server.ip.tcp.close(lab.listener);
    expect(peer.send({ flags: "A", seq: 1001, ack: answer!.seq + 1 }).map(({ flags }) => flags)).toEqual(["R"]);
  });
});
