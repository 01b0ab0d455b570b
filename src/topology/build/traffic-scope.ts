import type { NodeModel, NodeRef } from "../model.ts";
import type { Drafts } from "./drafts.ts";
import type { Fields } from "./fields.ts";

/** What traffic refers to. */
export interface TrafficScope {
  readonly drafts: Drafts;
  readonly nodes: ReadonlyMap<string, NodeModel>;
  /** The topology says when the run ends. */
  readonly isBounded: boolean;
}

/** The host, or interface of a host, that stands under a key. */
export function readHost(fields: Fields, key: "from" | "to", drafts: Drafts): NodeRef | undefined {
  const ref = drafts.nodeOrInterface(fields.value(key));
  const kind = ref && drafts.nodes.get(ref.node)!.kind;
  if (kind !== "bridge" && kind !== "ovs") return ref;
  const message =
    kind === "bridge"
      ? `'${ref!.node}' is a bridge, which has no IP addresses.`
      : `'${ref!.node}' is a switch, which is no end of traffic.`;
  return fields.context.problem("bad-topology", fields.value(key)!.span, message, "Name a host.");
}
