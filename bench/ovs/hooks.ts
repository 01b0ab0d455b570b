import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openTopology } from "../../src/open-topology.ts";
import { TOKENS } from "../../src/tokens.ts";
import { sinkPort, timePackets } from "./netsim-datapath.ts";
import { frameTo } from "./workload.ts";

const PACKETS = 100_000;
const ROUNDS = 5;

/** Switches that differ in their programs. */
const SWITCHES = {
  "hit, no program": `flows: ["actions=output:2"]`,
  "parser that leaves the key to the datapath": `hooks: { parser: on }, flows: ["actions=output:2"]`,
  "flow-hit that goes on": `hooks: { flow-hit: { f: ok } }, flows: ["actions=bpf(f),output:2"]`,
  "flow-miss that drops": `hooks: { flow-miss: shot }, flows: []`,
};

/** Nanoseconds a packet with a program at each place. */
export async function hookTimes(): Promise<Record<string, number>> {
  const times: Record<string, number> = {};
  for (const [name, keys] of Object.entries(SWITCHES)) times[name] = await time(keys);
  return times;
}

async function time(keys: string): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "netsim-bench-"));
  try {
    const file = join(folder, "t.yaml");
    writeFileSync(
      file,
      `programs:
  on: { extended: "r0 = 129\\nexit" }
  ok: { extended: "r0 = 0\\nexit" }
  shot: { extended: "r0 = 2\\nexit" }
nodes:
  a: { kind: host, interfaces: { eth0: { address: 10.0.0.1/24 } } }
  b: { kind: host, interfaces: { eth0: { address: 10.0.0.2/24 } } }
  s: { kind: ovs, interfaces: { p1: {}, p2: {} }, upcall: { time: 0 }, ${keys} }
links: [{ endpoints: ["a:eth0", "s:p1"] }, { endpoints: ["b:eth0", "s:p2"] }]
`,
    );
    const { topology, container } = await openTopology(file);
    return await container.get(TOKENS.TopologyRunner).runAndLook(topology, {}, ({ network, world }) => {
      const { datapath } = network.switches[0]!;
      datapath.ports.set(2, sinkPort(2, world.ledger));
      const port = datapath.ports.get(1)!;
      const frame = frameTo(1);
      const send = () => datapath.receive(port, world.ledger.enter(world.pool.from(frame, 0, frame.length)));
      send();
      world.simulation.run();
      return timePackets(PACKETS, ROUNDS, send);
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
