import { Host } from "../network/host.ts";
import type { Interface } from "../network/interface.ts";
import type { Network, Node } from "../network/network.ts";
import { Switch } from "../network/ovs/switch.ts";
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

/** The interface that is named, else the node's first, or that of the host which a switch runs on; a node that can send has one. */
export function deviceOf(end: Endpoint): Interface {
  return end.device ?? (hostOf(end) ?? end.node).interfaces.values().next().value!;
}

/** The node as a host, or the host that a switch runs on; undefined for a bridge, and for ports, which have no addresses. */
export function hostOf({ node, device }: Endpoint): Host | undefined {
  if (node instanceof Host) return node;
  const host = node instanceof Switch ? node.host : undefined;
  return device === undefined || host?.interfaces.get(device.name) === device ? host : undefined;
}
