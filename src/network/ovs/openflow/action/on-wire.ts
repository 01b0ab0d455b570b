import { allOnes } from "../../flow/field-value.ts";
import { fieldNamed } from "../../flow/fields.ts";
import { VLAN_PRESENT } from "../../flow/layout.ts";
import { ETHERTYPE } from "../match/protocols.ts";
import type { Action } from "./action.ts";
import type { CtAction } from "./conntrack.ts";
import { type ModifyAction, modifiedField } from "./modify.ts";
import type { NestedAction } from "./nested.ts";
import type { OutputAction } from "./ports.ts";
import type { EnqueueAction } from "./queues.ts";
import type { SetFieldAction } from "./set-field.ts";
import type { TagAction } from "./tags.ts";

/** What is known of the packet where an action stands. */
export interface WirePlace {
  /** It has a tag. */
  hasVlan: boolean;
  /** Protocol of IP, where the match says it. */
  readonly protocol?: number | undefined;
}

/**
 * A list of actions as OpenFlow 1.5 carries it, and `ovs-ofctl -O OpenFlow15 dump-flows` prints it: what writes a field
 * has one form, actions of OpenFlow 1.0 are those that they mean.
 */
export function onWire(actions: readonly Action[], place: WirePlace): readonly Action[] {
  return actions.flatMap((action) => one(action, place));
}

function one(action: Action, place: WirePlace): Action | readonly Action[] {
  switch (action.kind) {
    case "set_field": {
      const { kind, field, set } = action as SetFieldAction;
      return { kind, field, set } as SetFieldAction;
    }
    case "mod":
      return written(action as ModifyAction, place);
    case "push_vlan":
      place.hasVlan = true;
      return action;
    case "strip_vlan":
      place.hasVlan = false;
      return { kind: "pop_vlan" };
    case "enqueue": {
      const { port, queue } = action as EnqueueAction;
      return [{ kind: "set_queue", queue } as Action, { kind: "output", port } as OutputAction, { kind: "pop_queue" }];
    }
    case "ct":
      return { ...action, exec: onWire((action as CtAction).exec, place) } as CtAction;
    case "clone":
      return { ...action, actions: onWire((action as NestedAction).actions, { ...place }) } as NestedAction;
    case "write_actions": {
      const inner = onWire((action as NestedAction).actions, { ...place });
      return inner.length === 0 ? [] : ({ ...action, actions: inner } as NestedAction);
    }
    default:
      return action;
  }
}

/** mod_dl_src and the like as set_field; a tag that may not be there is pushed before it is written. */
function written(action: ModifyAction, place: WirePlace): readonly Action[] {
  const { name, value } = action;
  if (name === "mod_nw_ttl" || name === "set_mpls_ttl") return [action];
  const set = (field: string, wanted: bigint): SetFieldAction => {
    const to = fieldNamed(field)!;
    return { kind: "set_field", field: to, set: { value: wanted, mask: allOnes(to.bits) } };
  };
  if (name === "mod_vlan_vid" || name === "mod_vlan_pcp") {
    const tag: TagAction = { kind: "push_vlan", ethertype: ETHERTYPE.vlan };
    const before = place.hasVlan ? [] : [tag];
    place.hasVlan = true;
    const isVid = name === "mod_vlan_vid";
    return [...before, isVid ? set("vlan_vid", value | BigInt(VLAN_PRESENT)) : set("vlan_pcp", value)];
  }
  if (name === "mod_nw_tos") return [set("ip_dscp", value)];
  const end = /^mod_tp_(src|dst)$/.exec(name)?.[1];
  if (end !== undefined) return [set(`${PORTS[place.protocol ?? 0] ?? "tcp"}_${end}`, value)];
  return [set(modifiedField(action).name, value)];
}

const PORTS: Readonly<Record<number, string>> = { 6: "tcp", 17: "udp", 132: "sctp" };
