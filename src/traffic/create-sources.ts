import { type Diagnostic, NetsimError } from "../errors.ts";
import type { Network } from "../network/network.ts";
import type { World } from "../network/world.ts";
import type { Topology, TrafficModel } from "../topology/model.ts";
import { endpoint } from "./endpoint.ts";
import { FlowSource } from "./flow-source.ts";
import { PacketSource } from "./packet-source.ts";
import { ReplaySource } from "./replay-source.ts";
import type { TrafficSource } from "./traffic-source.ts";

/** Makes a source for each entry of the topology's traffic. Throws one NetsimError with the problems of all of them. */
export function createSources(topology: Topology, network: Network, world: World): TrafficSource[] {
  const problems: Diagnostic[] = [];
  const sources: TrafficSource[] = [];
  topology.traffic.forEach((model, i) => {
    try {
      sources.push(create(model, network, world, `traffic ${i}`));
    } catch (error) {
      if (!(error instanceof NetsimError)) throw error;
      problems.push(...error.diagnostics);
    }
  });
  if (problems.length > 0) {
    for (const source of sources) source.close();
    throw new NetsimError(problems);
  }
  return sources;
}

/** @param label names the entry's stream of random numbers. */
function create(model: TrafficModel, network: Network, world: World, label: string): TrafficSource {
  switch (model.kind) {
    case "packet": {
      const peer = model.to === undefined ? undefined : endpoint(network, model.to);
      return new PacketSource(model, endpoint(network, model.from), peer, world, label);
    }
    case "flow":
      return new FlowSource(model, endpoint(network, model.from), endpoint(network, model.to), world, label);
    case "replay":
      return new ReplaySource(model, endpoint(network, model.at), world);
  }
}
