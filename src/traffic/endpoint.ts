import { Host } from "../network/host.ts";
import type { Interface } from "../network/interface.ts";
import type { Network, Node } from "../network/network.ts";
import type { NodeRef } from "../topology/model.ts";

/** A node that a traffic entry names, and one of its interfaces where the entry names that too. */
export interface Endpoint {
  readonly node: Node;
  readonly device?: Interface;
}

export function endpoint(network: Network, { node, interface: name }: NodeRef): Endpoint {
  return {
    node: network.nodes.get(node)!,
    ...(name === undefined ? {} : { device: network.interface(node, name) }),
  };
}

/** `node` or `node:interface`, as topology files have it. */
export function labelOf({ node, device }: Endpoint): string {
  return device?.label ?? node.name;
}

/** The interface that is named, else the node's first; a node that can send has one. */
export function deviceOf({ node, device }: Endpoint): Interface {
  return device ?? node.interfaces.values().next().value!;
}

/** The node as a host; undefined for a bridge, which has no addresses. */
export function hostOf({ node }: Endpoint): Host | undefined {
  return node instanceof Host ? node : undefined;
}
