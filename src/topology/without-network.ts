import type { Topology } from "./model.ts";

/** A topology of programs and maps alone, for what runs programs without a network. */
export function withoutNetwork(parts: Pick<Topology, "file" | "name" | "programs"> & Partial<Topology>): Topology {
  return {
    seed: 1n,
    maps: new Map(),
    nodes: new Map(),
    links: [],
    tracing: [],
    traffic: [],
    steps: [],
    expect: [],
    ...parts,
  };
}
