import { describe, expect, it } from "vitest";
import type { ConntrackAction, DatapathAction } from "../../../src/network/ovs/datapath/action.ts";
import { AT, CT_STATE } from "../../../src/network/ovs/flow/layout.ts";
import { get32 } from "../../../src/packet/wire.ts";
import { described, frameOf, get, keyOf, newPool, skbOf } from "./packets.ts";
import { SwitchStage } from "./stage.ts";

const ether = { ether: null };
const CLIENT = "10.0.0.1";
const SERVER = "10.0.0.2";
const ct = (more: Partial<ConntrackAction> = {}): DatapathAction => ({
  type: "ct",
  zone: 5,
  isCommit: false,
  isForced: false,
  ...more,
});
const output = (port: number): DatapathAction => ({ type: "output", port });

/** A stateful switch: what tracking said of each packet, by the letters of `ct_state`. */
function firewall(commit: DatapathAction, track: DatapathAction = ct()) {
  const said: string[] = [];
  const stage = new SwitchStage((key) => {
    if (get32(key, AT.recircId) === 0) return { actions: [track, { type: "recirc", id: 1 }] };
    const state = get32(key, AT.ctState);
    said.push(
      Object.entries(CT_STATE)
        .flatMap(([name, bit]) => ((state & bit) === 0 ? [] : [name]))
        .join(" "),
    );
    const isNew = (state & CT_STATE.new) !== 0;
    return {
      actions: isNew ? [commit, output(2)] : (state & CT_STATE.inv) !== 0 ? [] : [output(2)],
      isCacheable: false,
    };
  });
  return { stage, said };
}

const tcp = (src: string, dst: string, sport: number, dport: number, flags: string | number) => [
  ether,
  { ip: { src, dst } },
  { tcp: { sport, dport, flags } },
];
const udp = (src: string, dst: string, sport: number, dport: number) => [
  ether,
  { ip: { src, dst } },
  { udp: { sport, dport } },
];
const there = (flags: string | number) => tcp(CLIENT, SERVER, 1000, 80, flags);
const back = (flags: string | number) => tcp(SERVER, CLIENT, 80, 1000, flags);

describe("connection tracking", () => {
  it.each([
    {
      name: "a TCP connection",
      have: [there("S"), back("SA"), there("A"), there("FA"), back("FA"), there("A")],
      want: ["new trk", "est rpl trk", "est trk", "est trk", "est rpl trk", "est trk"],
    },
    { name: "an answer to nothing", have: [back("SA")], want: ["inv trk"] },
    { name: "a connection begun before", have: [there("A"), back("A")], want: ["new trk", "est rpl trk"] },
    { name: "flags that make no sense", have: [tcp(CLIENT, SERVER, 1000, 80, 0)], want: ["inv trk"] },
    {
      name: "a refused connection",
      have: [there("S"), back("RA"), there("A")],
      want: ["new trk", "est rpl trk", "new trk"],
    },
    {
      name: "UDP",
      have: [udp(CLIENT, SERVER, 1, 53), udp(CLIENT, SERVER, 1, 53), udp(SERVER, CLIENT, 53, 1)],
      want: ["new trk", "new trk", "est rpl trk"],
    },
    {
      name: "echo requests",
      have: [
        [ether, { ip: { src: CLIENT, dst: SERVER } }, { icmp: { type: 8, id: 3 } }],
        [ether, { ip: { src: SERVER, dst: CLIENT } }, { icmp: { type: 0, id: 3 } }],
        [ether, { ip: { src: SERVER, dst: CLIENT } }, { icmp: { type: 0, id: 4 } }],
      ],
      want: ["new trk", "est rpl trk", "inv trk"],
    },
    {
      name: "an error about a connection",
      have: [
        udp(CLIENT, SERVER, 1, 53),
        [
          ether,
          { ip: { src: SERVER, dst: CLIENT } },
          { icmp: { type: 3, code: 3 } },
          { ip: { src: CLIENT, dst: SERVER } },
          { udp: { sport: 1, dport: 53 } },
        ],
      ],
      want: ["new trk", "rel rpl trk"],
    },
    { name: "ARP", have: [[ether, { arp: null }]], want: ["inv trk"] },
  ])("follows $name as Linux does", ({ have, want }) => {
    const { stage, said } = firewall(ct({ isCommit: true }));
    for (const packet of have) stage.send(1, packet);
    expect(said).toEqual(want);
  });

  it("keeps zones apart, and forgets in time", () => {
    const { stage, said } = firewall(ct({ isCommit: true, zone: 6 }));
    stage.send(1, udp(CLIENT, SERVER, 1, 53));
    stage.send(1, udp(SERVER, CLIENT, 53, 1));
    expect(said).toEqual(["new trk", "new trk"]);
    const late = firewall(ct({ isCommit: true }));
    late.stage.send(1, udp(CLIENT, SERVER, 1, 53));
    late.stage.stage.simulation.after(31e9, {
      run: () => late.stage.sendFrame(1, described(udp(SERVER, CLIENT, 53, 1))),
    });
    late.stage.stage.simulation.run();
    expect(late.said).toEqual(["new trk", "new trk"]);
  });

  it("shows mark and original addresses to flows", () => {
    const keys: Uint8Array[] = [];
    const stage = new SwitchStage((key) => {
      if (get32(key, AT.recircId) === 0) return { actions: [ct(), { type: "recirc", id: 1 }] };
      keys.push(key.slice());
      return { actions: [ct({ isCommit: true, mark: { value: 0x12, mask: 0xff } })], isCacheable: false };
    });
    stage.send(1, udp(CLIENT, SERVER, 1, 53));
    stage.send(1, udp(SERVER, CLIENT, 53, 1));
    const shown = keys.map((key) => ["ct_mark", "ct_zone", "ct_nw_src", "ct_tp_dst"].map((name) => get(key, name)));
    expect(shown).toEqual([
      [0, 5, 0x0a000001, 53],
      [0x12, 5, 0x0a000001, 53],
    ]);
  });

  it("translates addresses there and back, and keeps connections apart that would look alike", () => {
    const address = Uint8Array.from([10, 9, 9, 9]);
    const nat = { direction: "src", addresses: [address, address] } as const;
    const { stage, said } = firewall(ct({ isCommit: true, nat }), ct({ nat: {} }));
    const sent = () => {
      const pool = newPool();
      const key = keyOf(pool, skbOf(pool, stage.ports[1]!.sent.at(-1)!.frame))!;
      return ["ip_src", "ip_dst", "udp_src", "udp_dst"].map((name) => get(key, name));
    };
    stage.send(1, udp(CLIENT, SERVER, 5000, 53));
    expect(sent()).toEqual([0x0a090909, 0x0a000002, 5000, 53]);
    stage.send(1, udp(SERVER, "10.9.9.9", 53, 5000));
    expect(sent()).toEqual([0x0a000002, 0x0a000001, 53, 5000]);
    stage.send(1, udp("10.0.0.7", SERVER, 5000, 53));
    const [source, , port] = sent();
    expect([source, port !== 5000]).toEqual([0x0a090909, true]);
    stage.send(1, udp(SERVER, "10.9.9.9", 53, port as number));
    expect(sent()).toEqual([0x0a000002, 0x0a000007, 53, 5000]);
    expect(said.slice(0, 2)).toEqual(["new trk", "est rpl trk snat"]);
    // Checksums are those of the packet made anew.
    const want = described([ether, { ip: { src: SERVER, dst: "10.0.0.7" } }, { udp: { sport: 53, dport: 5000 } }]);
    const pool = newPool();
    expect(frameOf(pool, skbOf(pool, stage.ports[1]!.sent.at(-1)!.frame))).toEqual(want);
  });
});
