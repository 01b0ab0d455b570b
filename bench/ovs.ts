import { performance } from "node:perf_hooks";
import { LinearMemory } from "../src/bpf/vm/memory.ts";
import { Ledger } from "../src/network/ledger.ts";
import type { DatapathAction } from "../src/network/ovs/datapath/action.ts";
import { Datapath } from "../src/network/ovs/datapath/datapath.ts";
import { newCounters, type SendingPort } from "../src/network/ovs/datapath/port.ts";
import { AT, blankKey } from "../src/network/ovs/flow/layout.ts";
import type { World } from "../src/network/world.ts";
import type { Skb } from "../src/packet/skb.ts";
import { SkbPool } from "../src/packet/skb-pool.ts";
import { set16, set32 } from "../src/packet/wire.ts";
import { Random } from "../src/simulation/random.ts";
import { Simulation } from "../src/simulation/simulation.ts";
import { type BenchResult, median } from "./bench.ts";

const PACKETS = 100_000;
const ROUNDS = 3;
const OUTPUT: readonly DatapathAction[] = [{ type: "output", port: 2 }];

/** Packets through an Open vSwitch datapath: with more and more megaflows, with more and more masks, and with none that fits. */
export function ovs(): BenchResult {
  const figures: Record<string, number> = {};
  for (const flows of [1, 100, 10_000]) figures[`hits per second, ${flows} megaflows`] = rate(flows, 1);
  for (const masks of [16, 64]) figures[`hits per second, ${masks} masks`] = rate(masks, masks);
  figures["misses per second, 64 masks"] = rate(64, 64, true);
  const time = (name: string) => 1 / figures[name]!;
  return {
    bench: "ovs",
    figures: { packets: PACKETS, ...figures },
    ratios: {
      "10,000 megaflows / 1": time("hits per second, 10000 megaflows") / time("hits per second, 1 megaflows"),
      "64 masks / 1": time("hits per second, 64 masks") / time("hits per second, 1 megaflows"),
    },
  };
}

/** Packets a second; each flow has a UDP port of its own, and packets go round among them. */
function rate(flows: number, masks: number, isMiss = false): number {
  const { datapath, pool, port, ledger } = stage();
  for (let i = 0; i < flows; i++) {
    const key = blankKey();
    const mask = blankKey();
    set16(key, AT.tpDst, i);
    set16(mask, AT.tpDst, 0xffff);
    set32(mask, AT.inPort, 0xffff_ffff);
    set32(key, AT.inPort, 1);
    // Masks that differ in bits of an address that all packets have alike.
    set32(mask, AT.nwDst, i % masks);
    set32(key, AT.nwDst, 0x0a00_0002 & (i % masks));
    datapath.table.install(key, mask, OUTPUT, undefined, 0);
  }
  const frame = udpFrame();
  const once = () => {
    const start = performance.now();
    for (let i = 0; i < PACKETS; i++) {
      const skb = ledger.enter(pool.from(frame, 0, frame.length));
      set16(pool.store.bytes, skb.data + 36, isMiss ? 60_000 : i % flows);
      datapath.receive(port, skb);
    }
    return PACKETS / ((performance.now() - start) / 1000);
  };
  once();
  return median(Array.from({ length: ROUNDS }, once));
}

function stage() {
  const store = new LinearMemory();
  const pool = new SkbPool(store);
  const observer = { tracing: false, trace: () => {} };
  const ledger = new Ledger(pool, observer);
  const redirect = { ifindex: 0, ingress: false };
  const world = {
    simulation: new Simulation(),
    store,
    pool,
    ledger,
    observer,
    redirect,
    random: (label: string) => new Random(1n, label),
  } as unknown as World;
  const datapath = new Datapath({ name: "s", upcall: { queue: 1, time: 0 }, vlanLimit: 1, flowLimit: 200_000 }, world);
  const ports = [1, 2].map((number) => portOf(number, ledger));
  for (const port of ports) datapath.ports.set(port.number, port);
  return { datapath, pool, ledger, port: ports[0]! };
}

function portOf(number: number, ledger: Ledger): SendingPort {
  const label = `s:p${number}`;
  return {
    number,
    name: `p${number}`,
    label,
    kind: "link",
    mac: new Uint8Array(6),
    isUp: true,
    tag: undefined,
    trunks: undefined,
    tunnel: undefined,
    counters: newCounters(),
    mtu: 1500,
    ifindex: number + 1,
    send: (skb: Skb) => ledger.deliver(skb, label, "the bench"),
  };
}

/** 64 bytes of UDP over IPv4. */
function udpFrame(): Uint8Array {
  const frame = new Uint8Array(64);
  frame.set([2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0, 0x45, 0, 0, 50, 0, 0, 0, 0, 64, 17]);
  frame.set([10, 0, 0, 1, 10, 0, 0, 2, 4, 0, 0, 53, 0, 30], 26);
  return frame;
}
