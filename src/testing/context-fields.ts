import {
  PACKET_BROADCAST,
  PACKET_HOST,
  PACKET_MULTICAST,
  PACKET_OTHERHOST,
  PACKET_OUTGOING,
  type Skb,
} from "../packet/skb.ts";

/** A field of struct __sk_buff that a case may set and look at. */
export interface ContextField {
  readonly description: string;
  readonly largest: number;
  get(skb: Skb): number;
  set(skb: Skb, value: number): void;
}

const U32 = 0xffff_ffff;
const U16 = 0xffff;
/** TPID of IEEE 802.1Q tags. */
const ETH_P_8021Q = 0x8100;

type NumberKey = { [K in keyof Skb]: Skb[K] extends number ? K : never }[keyof Skb];

function field(key: NumberKey, largest: number, description: string): ContextField {
  return {
    description,
    largest,
    get: (skb) => skb[key] >>> 0,
    set: (skb, value) => {
      (skb as Record<NumberKey, number>)[key] = value;
    },
  };
}

/** Numbers by the names that struct __sk_buff has for them; `hatype` only classic programs can see. */
export const CONTEXT_FIELDS: Readonly<Record<string, ContextField>> = {
  mark: field("mark", U32, "The packet's mark (skb->mark)."),
  priority: field("priority", U32, "The packet's priority (skb->priority)."),
  queue_mapping: field("queue", U16, "The device's queue that it goes by."),
  protocol: field("protocol", U16, "Ethertype in host order. Default: the frame's own."),
  ifindex: field("ifindex", U32, "Index of the device. Default 1."),
  ingress_ifindex: field("ingressIfindex", U32, "Index of the device that the packet came in by. Default 0."),
  hash: field("hash", U32, "The flow's hash."),
  tc_index: field("tcIndex", U16, "tc_index."),
  tc_classid: field("tcClassid", U16, "Minor number of the class that direct action chooses."),
  hatype: field("hatype", U16, "ARPHRD_ value of the device. Default 1, Ethernet."),
  vlan_present: field("vlanPresent", 1, "Whether there is a tag beside the packet's bytes."),
  vlan_proto: field("vlanTpid", U16, "TPID of that tag, in host order. Default 0x8100."),
  vlan_tci: {
    description: "A VLAN tag beside the packet's bytes, as drivers leave it.",
    largest: U16,
    get: (skb) => skb.vlanTci,
    set: (skb, value) => {
      skb.vlanTci = value;
      skb.vlanPresent = 1;
      if (skb.vlanTpid === 0) skb.vlanTpid = ETH_P_8021Q;
    },
  },
};

/** Values of pkt_type, by name. */
export const PACKET_TYPES: Readonly<Record<string, number>> = {
  host: PACKET_HOST,
  broadcast: PACKET_BROADCAST,
  multicast: PACKET_MULTICAST,
  otherhost: PACKET_OTHERHOST,
  outgoing: PACKET_OUTGOING,
};

/** Fields with their values, in the order in which they are set. */
export interface ContextValues {
  readonly fields: readonly { readonly name: string; readonly field: ContextField; readonly value: number }[];
  readonly words?: readonly number[];
}

/** Whom the packet is for, which has names. */
export const PKT_TYPE = field("pktType", 7, "Whom the packet is for.");

/** Names of all fields, those with names for their values and the five words among them. */
export const PACKET_FIELDS: readonly string[] = [...Object.keys(CONTEXT_FIELDS), "pkt_type", "cb"];

/** Fields that XDP programs see: a frame has no others yet (struct xdp_md). */
export const XDP_FIELDS: readonly string[] = ["ifindex", "queue_mapping"];

/** Reads a mapping that the schema has accepted. */
export function contextValues(given: Readonly<Record<string, unknown>>): ContextValues {
  const fields = Object.entries(given).flatMap(([name, value]) => {
    if (name === "pkt_type")
      return [{ name, field: PKT_TYPE, value: typeof value === "string" ? PACKET_TYPES[value]! : (value as number) }];
    const known = CONTEXT_FIELDS[name];
    return known === undefined || typeof value !== "number" ? [] : [{ name, field: known, value }];
  });
  return { fields, ...(Array.isArray(given.cb) && { words: given.cb as number[] }) };
}
