import type { Topology } from "../../topology/model.ts";

/** Nodes that packets of a node can come to by cables, the node itself among them. */
export function reachOf({ links }: Pick<Topology, "links">, node: string): ReadonlySet<string> {
  const reached = new Set([node]);
  // What is added while it is walked is walked too.
  for (const one of reached)
    for (const { ends } of links)
      if (ends.some((end) => end.node === one)) for (const end of ends) reached.add(end.node);
  return reached;
}
