import { performance } from "node:perf_hooks";
import { LinearMemory } from "../../src/bpf/vm/memory.ts";
import { Ledger } from "../../src/network/ledger.ts";
import type { DatapathAction } from "../../src/network/ovs/datapath/action.ts";
import { Datapath } from "../../src/network/ovs/datapath/datapath.ts";
import { newCounters, type SendingPort, TRUNK } from "../../src/network/ovs/datapath/port.ts";
import { Bridge } from "../../src/network/ovs/openflow/bridge/bridge.ts";
import { openFlowPort } from "../../src/network/ovs/openflow/bridge/port.ts";
import { parseFlow } from "../../src/network/ovs/openflow/flow/parse-flow.ts";
import { OpenFlowSlowPath } from "../../src/network/ovs/openflow/slow-path.ts";
import type { World } from "../../src/network/world.ts";
import type { Skb } from "../../src/packet/skb.ts";
import { SkbPool } from "../../src/packet/skb-pool.ts";
import { Random } from "../../src/simulation/random.ts";
import { Simulation } from "../../src/simulation/simulation.ts";
import { median } from "../bench.ts";
import { flowOf, frameTo, setPort, type Workload } from "./workload.ts";

const PACKETS = 100_000;
const ROUNDS = 5;
/** Translation is much code, which takes its time to be compiled. */
const WARM_UPS = 10;
const OUTPUT: readonly DatapathAction[] = [{ type: "output", port: 2 }];

/** Nanoseconds a packet for which there is a flow. */
export function hitTime(workload: Workload): number {
  const { datapath, world } = stage();
  for (let i = 0; i < workload.flows; i++) {
    const { key, mask } = flowOf(i, workload);
    datapath.table.install(key, mask, OUTPUT, undefined, 0);
  }
  const frame = frameTo(0);
  const port = datapath.ports.get(1)!;
  return timePackets(PACKETS, ROUNDS, (i) => {
    const skb = world.ledger.enter(world.pool.from(frame, 0, frame.length));
    setPort(world.store.bytes, skb.data, i % workload.flows);
    datapath.receive(port, skb);
  });
}

/** Nanoseconds a packet for which a flow is made: up to OpenFlow tables and back, `packets` of them. */
export function missTime(packets: number, flow: string): number {
  const once = () => {
    const { datapath, world } = stage();
    const bridge = new Bridge("br0");
    for (const ofport of [1, 2]) bridge.addPort(openFlowPort({ ofport, name: `p${ofport}` }));
    bridge.addFlow(parseFlow(flow, bridge.portNames).flow, 0);
    datapath.connect(new OpenFlowSlowPath(bridge));
    const frame = frameTo(0);
    const port = datapath.ports.get(1)!;
    const time = timePackets(packets, 0, (i) => {
      const skb = world.ledger.enter(world.pool.from(frame, 0, frame.length));
      setPort(world.store.bytes, skb.data, i);
      datapath.receive(port, skb);
      world.simulation.run();
    });
    if (datapath.table.size !== packets) throw new Error(`${datapath.table.size} flows of ${packets} were made`);
    return time;
  };
  for (let i = 0; i < WARM_UPS; i++) once();
  return median(Array.from({ length: ROUNDS }, once));
}

/** Nanoseconds that something takes with each packet: the median of rounds after a first one that is not counted, or of the first alone. */
export function timePackets(packets: number, rounds: number, send: (index: number) => void): number {
  const round = () => {
    const start = performance.now();
    for (let i = 0; i < packets; i++) send(i);
    return ((performance.now() - start) * 1e6) / packets;
  };
  const first = round();
  return rounds === 0 ? first : median(Array.from({ length: rounds }, round));
}

/** A port that ends what it is sent. */
export function sinkPort(number: number, ledger: Ledger): SendingPort {
  const label = `s:p${number}`;
  return {
    number,
    name: `p${number}`,
    label,
    kind: "link",
    mac: new Uint8Array(6),
    isUp: true,
    vlans: TRUNK,
    tunnel: undefined,
    counters: newCounters(),
    mtu: 1500,
    ifindex: number + 1,
    send: (skb: Skb) => ledger.deliver(skb, label, "the bench"),
  };
}

function stage(): { datapath: Datapath; world: World } {
  const store = new LinearMemory();
  const pool = new SkbPool(store);
  const observer = { tracing: false, trace: () => {} };
  const ledger = new Ledger(pool, observer);
  const world = {
    simulation: new Simulation(),
    store,
    pool,
    ledger,
    observer,
    redirect: { ifindex: 0, ingress: false },
    random: (label: string) => new Random(1n, label),
  } as unknown as World;
  const datapath = new Datapath({ name: "s", upcall: { queue: 1, time: 0 }, vlanLimit: 1, flowLimit: 200_000 }, world);
  for (const number of [1, 2]) datapath.ports.set(number, sinkPort(number, ledger));
  return { datapath, world };
}
