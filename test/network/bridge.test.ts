import { describe, expect, it } from "vitest";
import { bytes, ethernet, filler, hex, mac } from "./frames.ts";
import { Stage } from "./stage.ts";

const A = "02:00:00:00:00:0a";
const B = "02:00:00:00:00:0b";
const EVERYBODY = "ff:ff:ff:ff:ff:ff";

function bridgeOf(ports: number, ageing?: number) {
  const stage = new Stage();
  const names = Array.from({ length: ports }, (_, i) => `p${i}`);
  const bridge = stage.bridge("bridge", names, ageing);
  const devices = names.map((name) => bridge.interfaces.get(name)!);
  const ends = devices.map((device) => stage.far(device));
  /** Puts a frame into a port and says out of which ports it came. */
  const send = (port: number, to: string, from: string, payload = filler(46)) => {
    for (const end of ends) end.frames.length = 0;
    stage.receive(devices[port]!, ethernet(to, from, 0x0800, payload));
    return ends.flatMap((end, i) => end.frames.map(() => i));
  };
  return { stage, bridge, devices, ends, send };
}

describe("a bridge", () => {
  it("floods what it does not know, forwards what it has learnt, and never sends back", () => {
    const { stage, bridge, send } = bridgeOf(4);
    expect(send(0, B, A)).toEqual([1, 2, 3]);
    expect(send(2, A, B)).toEqual([0]);
    expect(send(0, B, A)).toEqual([2]);
    expect(send(0, EVERYBODY, A)).toEqual([1, 2, 3]);
    expect(send(0, "01:00:5e:00:00:05", A)).toEqual([1, 2, 3]);
    expect(bridge.forwarded).toBe(2);
    expect(bridge.flooded).toBe(3);
    expect([...bridge.learnt()]).toEqual([
      { address: 0x02_00_00_00_00_0a, port: "p0" },
      { address: 0x02_00_00_00_00_0b, port: "p2" },
    ]);
    expect(stage.unaccounted).toEqual([0, 0]);
  });

  it("keeps a frame whole, with or without copies", () => {
    const { ends, send } = bridgeOf(3);
    send(0, B, A, bytes(filler(300)));
    const want = hex(ethernet(B, A, 0x0800, filler(300)));
    expect(ends.map(({ frames }) => frames)).toEqual([[], [want], [want]]);
  });

  it("drops what is for a station behind the port it came from", () => {
    const { stage, send } = bridgeOf(2);
    send(0, EVERYBODY, A);
    expect(send(0, A, B)).toEqual([]);
    expect(stage.drops).toEqual({ BRIDGE_SAME_PORT: 1 });
  });

  it("follows a station that moves", () => {
    const { send } = bridgeOf(3);
    send(0, EVERYBODY, A);
    send(1, EVERYBODY, A);
    expect(send(2, A, B)).toEqual([1]);
  });

  it("forgets after the ageing time, counted from the last frame", () => {
    const { stage, bridge, send } = bridgeOf(3, 1000);
    send(0, EVERYBODY, A);
    stage.simulation.now = 900;
    send(0, EVERYBODY, A);
    stage.simulation.now = 1899;
    expect(send(1, A, B)).toEqual([0]);
    stage.simulation.now = 1900;
    expect(send(1, A, B)).toEqual([0, 2]);
    expect([...bridge.learnt()].map(({ port }) => port)).toEqual(["p1"]);
  });

  it("tells apart addresses that differ in their upper bytes alone", () => {
    const { send } = bridgeOf(3);
    send(0, EVERYBODY, "02:00:00:00:00:01");
    send(1, EVERYBODY, "06:00:00:00:00:01");
    send(2, EVERYBODY, "02:01:00:00:00:01");
    expect(send(0, "06:00:00:00:00:01", A)).toEqual([1]);
    expect(send(0, "02:01:00:00:00:01", A)).toEqual([2]);
  });

  // net/bridge/br_input.c, br_handle_frame.
  const kept: { name: string; to: string; want: number[]; reason?: string; learns: boolean }[] = [
    {
      name: "the spanning tree group, since there is no spanning tree",
      to: "01:80:c2:00:00:00",
      want: [1, 2],
      learns: true,
    },
    { name: "pause frames", to: "01:80:c2:00:00:01", want: [], reason: "MAC_IEEE_MAC_CONTROL", learns: false },
    { name: "EAPOL", to: "01:80:c2:00:00:03", want: [], reason: "UNHANDLED_PROTO", learns: true },
    { name: "LLDP", to: "01:80:c2:00:00:0e", want: [], reason: "UNHANDLED_PROTO", learns: true },
    { name: "the group above the reserved ones", to: "01:80:c2:00:00:10", want: [1, 2], learns: true },
  ];
  for (const { name, to, want, reason, learns } of kept)
    it(`${want.length > 0 ? "floods" : "keeps"} ${name}`, () => {
      const { stage, bridge, send } = bridgeOf(3);
      expect(send(0, to, A)).toEqual(want);
      expect(stage.drops).toEqual(reason === undefined ? {} : { [reason]: 1 });
      expect([...bridge.learnt()]).toHaveLength(learns ? 1 : 0);
    });

  const refused: { name: string; frame: Uint8Array; reason: string }[] = [
    {
      name: "a group as source",
      frame: ethernet(B, "03:00:00:00:00:01", 0x0800, filler(46)),
      reason: "MAC_INVALID_SOURCE",
    },
    {
      name: "zero as source",
      frame: ethernet(B, "00:00:00:00:00:00", 0x0800, filler(46)),
      reason: "MAC_INVALID_SOURCE",
    },
    { name: "a header cut short", frame: filler(13), reason: "PKT_TOO_SMALL" },
    {
      name: "a port's own address",
      frame: ethernet("02:bb:00:00:00:02", A, 0x0800, filler(46)),
      reason: "UNHANDLED_PROTO",
    },
  ];
  for (const { name, frame, reason } of refused)
    it(`drops a frame with ${name}`, () => {
      const { stage, devices, ends } = bridgeOf(3);
      stage.receive(devices[0]!, frame);
      expect(ends.flatMap(({ frames }) => frames)).toEqual([]);
      expect(stage.drops).toEqual({ [reason]: 1 });
    });

  it("drops what is too large for a port, but not a tag's four bytes", () => {
    const { stage, send } = bridgeOf(2);
    expect(send(0, B, A, filler(9004))).toEqual([1]);
    expect(send(0, B, A, filler(9005))).toEqual([]);
    expect(stage.drops).toEqual({ PKT_TOO_BIG: 1 });
  });

  it("has nowhere to send without another cable", () => {
    const { stage, devices, send } = bridgeOf(2);
    devices[1]!.link = undefined;
    expect(send(0, B, A)).toEqual([]);
    expect(stage.drops).toEqual({ NO_TX_TARGET: 1 });
  });

  it("never lets a station have a port's own address", () => {
    const { bridge, send } = bridgeOf(2);
    send(1, EVERYBODY, "02:bb:00:00:00:01");
    expect([...bridge.learnt()]).toEqual([]);
    expect(mac("02:bb:00:00:00:01")).toEqual(bridge.interfaces.get("p0")!.mac);
  });
});
