import { describe, expect, it } from "vitest";
import type { DatapathAction } from "../../../src/network/ovs/datapath/action.ts";
import { AT } from "../../../src/network/ovs/flow/layout.ts";
import { get32 } from "../../../src/packet/wire.ts";
import { described, fields } from "./packets.ts";
import { SwitchStage, wanting } from "./stage.ts";

const ether = { ether: null };
const UDP = [ether, { ip: null }, { udp: { dport: 53 } }];
const output = (port: number): DatapathAction => ({ type: "output", port });
const recircId = (key: Uint8Array) => get32(key, AT.recircId);
const IN_PORT = wanting([AT.inPort, 4], [AT.recircId, 4]);

/** What becomes of one UDP packet to which the actions happen. */
function outcome(actions: readonly DatapathAction[], have: unknown = UDP) {
  const stage = new SwitchStage(() => ({ actions }));
  stage.send(1, have);
  return { stage, sent: stage.sent, drops: stage.drops };
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

describe("a datapath", () => {
  it("asks its slow path once for each flow, and counts what the flow carries", () => {
    const stage = new SwitchStage(() => ({ actions: [output(2)], mask: IN_PORT }));
    for (let i = 0; i < 3; i++) stage.send(1, UDP);
    stage.send(2, UDP);
    expect(stage.sent).toEqual([0, 4, 0, 0]);
    expect([stage.datapath.hit, stage.datapath.missed, stage.datapath.upcalls.misses]).toEqual([2, 2, 2]);
    expect(stage.credited.map(({ packets }) => packets)).toEqual([1, 1]);
    stage.datapath.settle();
    expect(stage.credited.map(({ packets, bytes }) => [packets, bytes])).toEqual([
      [1, 42],
      [1, 42],
      [2, 84],
    ]);
    expect([...stage.datapath.table.flows()].map(({ packets }) => packets).sort()).toEqual([0, 2]);
    expect(stage.stage.ledger.created).toBe(stage.stage.ledger.delivered);
  });

  it("loses packets for which the queue to the slow path has no room", () => {
    const stage = new SwitchStage(() => ({ actions: [output(2)] }), { upcall: { queue: 2, time: 1000 } });
    for (let i = 0; i < 5; i++) stage.sendFrame(1, described(UDP));
    expect(stage.datapath.upcalls.length).toBe(2);
    stage.stage.simulation.run();
    expect([stage.sent[1], stage.datapath.upcalls.lost, stage.drops]).toEqual([2, 3, { OVS_UPCALL_LOST: 3 }]);
  });

  it("forgets flows that were idle for ten seconds, when the next packet comes", () => {
    const stage = new SwitchStage(() => ({ actions: [output(2)], mask: IN_PORT }));
    stage.send(1, UDP);
    stage.stage.simulation.after(10_100_000_000, { run: () => stage.sendFrame(2, described(UDP)) });
    stage.stage.simulation.run();
    expect([stage.datapath.table.size, stage.datapath.revalidation.expired]).toEqual([1, 1]);
  });

  it("asks again about its flows when something has changed in the slow path", () => {
    let port = 2;
    const stage = new SwitchStage(() => ({ actions: [output(port)], mask: IN_PORT }));
    stage.send(1, UDP);
    port = 3;
    stage.generation++;
    stage.send(1, UDP);
    expect(stage.sent).toEqual([0, 1, 1, 0]);
    expect(stage.requests.map(({ hasEffects }) => hasEffects)).toEqual([true, false]);
  });

  it("throws away flows that the slow path now wants to match otherwise", () => {
    let mask = IN_PORT;
    const stage = new SwitchStage(() => ({ actions: [output(2)], mask }));
    stage.send(1, UDP);
    mask = wanting([AT.inPort, 4], [AT.recircId, 4], [AT.nwProto, 1]);
    stage.generation++;
    stage.send(1, UDP);
    expect([stage.datapath.revalidation.invalid, stage.requests.length, stage.datapath.table.size]).toEqual([1, 3, 1]);
  });

  it("keeps no more flows than its limit", () => {
    const stage = new SwitchStage(() => ({ actions: [output(2)] }), { flowLimit: 1 });
    stage.send(1, UDP);
    stage.send(2, UDP);
    stage.send(2, UDP);
    expect([stage.datapath.table.size, stage.datapath.missed]).toEqual([1, 3]);
  });
});

describe("actions", () => {
  it("send copies, and drop what no action ends", () => {
    expect(outcome([output(2), output(3)])).toMatchObject({ sent: [0, 1, 1, 0], drops: {} });
    expect(outcome([])).toMatchObject({ drops: { OVS_DROP_LAST_ACTION: 1 } });
    expect(outcome([{ type: "drop", reason: 0 }])).toMatchObject({ drops: { OVS_DROP_EXPLICIT: 1 } });
    expect(outcome([output(9)])).toMatchObject({ drops: { DEV_READY: 1 } });
  });

  it("cut the next output alone", () => {
    const { stage } = outcome([{ type: "trunc", length: 20 }, output(2), output(3)]);
    expect([stage.ports[1]!.sent[0]!.frame.length, stage.ports[2]!.sent[0]!.frame.length]).toEqual([20, 42]);
  });

  it("change the copies behind them only", () => {
    const set = { type: "set", group: "udp", ...fields({ udp_dst: 9 }) } as const;
    const { stage } = outcome([output(2), set, output(3)]);
    expect(hex(stage.ports[1]!.sent[0]!.frame)).toBe(hex(described(UDP)));
    expect(hex(stage.ports[2]!.sent[0]!.frame)).toBe(hex(described([ether, { ip: null }, { udp: { dport: 9 } }])));
  });

  it.each<{ name: string; actions: DatapathAction[]; want: unknown }>([
    {
      name: "push a tag",
      actions: [{ type: "push_vlan", tpid: 0x8100, tci: 100 }],
      want: [ether, { vlan: { id: 100 } }, { ip: null }, { udp: { dport: 53 } }],
    },
    {
      name: "push two",
      actions: [
        { type: "push_vlan", tpid: 0x8100, tci: 100 },
        { type: "push_vlan", tpid: 0x88a8, tci: 200 },
      ],
      want: [ether, { vlan: { id: 200 } }, { vlan: { id: 100 } }, { ip: null }, { udp: { dport: 53 } }],
    },
    {
      name: "push a tag and pop it",
      actions: [{ type: "push_vlan", tpid: 0x8100, tci: 100 }, { type: "pop_vlan" }],
      want: UDP,
    },
    {
      name: "push a label",
      actions: [{ type: "push_mpls", ethertype: 0x8847, lse: (16 << 12) | 0x100 | 64 }],
      want: [ether, { mpls: { label: 16, ttl: 64 } }, { ip: null }, { udp: { dport: 53 } }],
    },
    {
      name: "push a label under a tag, and pop it",
      actions: [
        { type: "push_mpls", ethertype: 0x8847, lse: (16 << 12) | 0x100 | 64 },
        { type: "pop_mpls", ethertype: 0x0800 },
        { type: "set", group: "udp", ...fields({ udp_dst: 9 }) },
      ],
      want: [ether, { ip: null }, { udp: { dport: 9 } }],
    },
    {
      name: "wrap it in NSH and unwrap it",
      actions: [
        { type: "push_nsh", flags: 0, ttl: 63, mdType: 1, nextProtocol: 3, path: 0x501, metadata: new Uint8Array(16) },
        { type: "pop_nsh" },
      ],
      want: UDP,
    },
  ])("$name", ({ actions, want }) => {
    const { stage } = outcome([...actions, output(2)]);
    expect(stage.drops).toEqual({});
    expect(hex(stage.ports[1]!.sent[0]!.frame)).toBe(hex(described(want)));
  });

  it("choose by length, and sample", () => {
    const check = (length: number) =>
      outcome([{ type: "check_pkt_len", length, greater: [output(2)], lessEqual: [output(3)] }]).sent;
    expect([check(41), check(42)]).toEqual([
      [0, 1, 0, 0],
      [0, 0, 1, 0],
    ]);
    const sample = (probability: number) =>
      outcome([{ type: "sample", probability, actions: [output(2)] }, output(3)]).sent;
    expect([sample(0), sample(0xffff_ffff)]).toEqual([
      [0, 0, 1, 0],
      [0, 1, 1, 0],
    ]);
  });

  it("clone without a trace in what follows", () => {
    const set = { type: "set", group: "udp", ...fields({ udp_dst: 9 }) } as const;
    const { stage } = outcome([{ type: "clone", actions: [set, output(2)] }, output(3)]);
    expect(stage.sent).toEqual([0, 1, 1, 0]);
    expect(hex(stage.ports[2]!.sent[0]!.frame)).toBe(hex(described(UDP)));
  });

  it("send packets up", () => {
    const { stage, sent } = outcome([{ type: "userspace", reason: "controller", cookie: "hello" }, output(2)]);
    expect([stage.received, sent, stage.datapath.upcalls.actions]).toEqual([["hello"], [0, 1, 0, 0], 1]);
  });

  it("choose a tunnel for the outputs behind them", () => {
    const set = { type: "set", group: "tunnel", ...fields({ tun_id: 7, tun_dst: 0x0a000001 }) } as const;
    const { stage } = outcome([output(2), set, output(3)]);
    expect(stage.ports[1]!.sent[0]!.tunnel).toBeUndefined();
    expect(stage.ports[2]!.sent[0]!.tunnel!.slice(0, 16)).toEqual(
      Uint8Array.from([0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 0, 10, 0, 0, 1]),
    );
  });

  it("let through what a meter allows", () => {
    const stage = new SwitchStage(() => ({ actions: [{ type: "meter", id: 1 }, output(2)] }));
    stage.datapath.setMeter(1, { unit: "pktps", bands: [{ rate: 1000, burst: 3 }] });
    for (let i = 0; i < 5; i++) stage.sendFrame(1, described(UDP));
    stage.stage.simulation.run();
    expect([stage.sent[1], stage.drops]).toEqual([3, { OVS_DROP_METER: 2 }]);
    // A packet a millisecond.
    stage.stage.simulation.after(2e6, { run: () => stage.sendFrame(1, described(UDP)) });
    stage.stage.simulation.run();
    expect(stage.sent[1]).toBe(4);
  });
});

describe("recirculation", () => {
  it("looks the packet up anew, its key as it is by then", () => {
    const push = { type: "push_mpls", ethertype: 0x8847, lse: (16 << 12) | 0x100 | 64 } as const;
    const stage = new SwitchStage((key) =>
      recircId(key) === 0
        ? { actions: [push, { type: "recirc", id: 1 }] }
        : { actions: [output(key[AT.ethType + 1]! === 0x47 ? 2 : 3)] },
    );
    stage.send(1, UDP);
    stage.send(1, UDP);
    expect([stage.sent, stage.datapath.table.size, stage.datapath.hit]).toEqual([[0, 2, 0, 0], 2, 2]);
  });

  it("ends, as in the kernel, where it goes too deep", () => {
    const stage = new SwitchStage((key) => ({
      actions: [{ type: "recirc", id: 1 + (recircId(key) % 2) }],
      mask: IN_PORT,
    }));
    stage.send(1, UDP);
    stage.send(1, UDP);
    stage.send(1, UDP);
    stage.send(1, UDP);
    expect(stage.datapath.table.size).toBe(3);
    const { OVS_DROP_DEFERRED_LIMIT: tooOften = 0, OVS_DROP_RECURSION_LIMIT: tooDeep = 0 } = stage.drops;
    expect(tooOften + tooDeep).toBeGreaterThan(0);
    expect(stage.stage.ledger.dropped + stage.stage.ledger.delivered).toBe(
      stage.stage.ledger.created + stage.stage.ledger.copied,
    );
  });
});
