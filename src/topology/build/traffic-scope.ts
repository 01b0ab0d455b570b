import type { NodeModel, NodeRef } from "../model.ts";
import type { Drafts, NodeDraft } from "./drafts.ts";
import type { Fields } from "./fields.ts";

/** What traffic refers to. */
export interface TrafficScope {
  readonly drafts: Drafts;
  readonly nodes: ReadonlyMap<string, NodeModel>;
  /** The topology says when the run ends. */
  readonly isBounded: boolean;
}

/** How a switch gets an address. */
const ADDRESS_HINT = "Give it an interface with an `address`; with `type: internal` it is a port as well.";

/** Interfaces of a switch that belong to the host which it runs on. */
export function hostInterfaces({ interfaces }: NodeDraft): string[] {
  return [...interfaces].flatMap(([name, { fields }]) => (fields?.has("address") ? [name] : []));
}

/** The host, or interface of a host, that stands under a key; also of one that a switch runs on. */
export function readHost(fields: Fields, key: "from" | "to", drafts: Drafts): NodeRef | undefined {
  const ref = drafts.nodeOrInterface(fields.value(key));
  const draft = ref && drafts.nodes.get(ref.node);
  const { context } = fields;
  if (draft?.kind === "bridge") {
    const message = `'${ref!.node}' is a bridge, which has no IP addresses.`;
    return context.problem("bad-topology", fields.value(key)!.span, message, "Name a host.");
  }
  if (draft?.kind === "ovs" && ref!.interface === undefined && hostInterfaces(draft).length === 0) {
    const message = `'${ref!.node}' is a switch without an address, which is no end of traffic.`;
    return context.problem("bad-topology", fields.value(key)!.span, message, ADDRESS_HINT);
  }
  return ref;
}
