import type { EndpointRef, Topology } from "../../topology/model.ts";

/** The node, beside a topology's own, where the other ends of interfaces are that have no cable. */
export const NOWHERE = "";

/** An end of a cable: the node whose namespace it is in, and its index there. */
export interface CableEnd {
  readonly node: string;
  readonly index: number;
}

/** What is at the other end of an interface's cable: of one that steps cut, a device in the middle of it. */
export function farEnd(topology: Topology, node: string, device: string): CableEnd {
  const { nodes } = topology;
  const other = neighbour(topology, node, device);
  if (other !== undefined && !isSwitched(topology, other.link))
    return { node: other.node, index: nodes.get(other.node)!.interfaces.get(other.interface)!.index };
  const all = [...nodes.values()].flatMap(({ name, interfaces }) =>
    [...interfaces.keys()].map((it) => `${name}:${it}`),
  );
  return { node: NOWHERE, index: 2 + all.indexOf(`${node}:${device}`) };
}

/** Steps cut the link. */
export function isSwitched({ steps }: Topology, link: number): boolean {
  return steps.some((step) => step.kind === "cut" && step.link === link);
}

/** True where a cable is at the interface. */
export function isLinked(topology: Topology, node: string, device: string): boolean {
  return neighbour(topology, node, device) !== undefined;
}

/** The interface at the other end of an interface's cable, and the link's number. */
export function neighbour(
  { links }: Topology,
  node: string,
  device: string,
): (EndpointRef & { link: number }) | undefined {
  for (const [link, { ends }] of links.entries())
    for (const [i, end] of ends.entries())
      if (end.node === node && end.interface === device) return { ...ends[1 - i]!, link };
  return undefined;
}
