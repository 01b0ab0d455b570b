import type { Skb } from "../../../packet/skb.ts";
import type { PacketState } from "./packet-state.ts";

/** Number of a switch's own port: LOCAL (65534) in OpenFlow, 0 in the datapath. */
export const LOCAL_PORT = 0;
/** Its number in OpenFlow (OFPP_LOCAL). */
export const OFPP_LOCAL = 0xfffe;

export type PortKind = "internal" | "link" | "patch" | "vxlan" | "geneve" | "gre";

/** How a port treats VLANs (vswitchd.conf.db(5), table Port). */
export interface PortVlans {
  readonly mode: "access" | "trunk" | "native-tagged" | "native-untagged" | "dot1q-tunnel";
  readonly tag: number | undefined;
  /** Undefined: all. */
  readonly trunks: readonly number[] | undefined;
  /** Customers' VLANs that a dot1q-tunnel takes; undefined: all. */
  readonly customerVlans: readonly number[] | undefined;
  /** TPID of the tag that a dot1q-tunnel adds; undefined: 0x88a8. */
  readonly tpid: number | undefined;
  /** Whether NORMAL sends tags without a VLAN by it (other_config:priority-tags). */
  readonly priorityTags: "never" | "if-nonzero" | "always";
}

/** A trunk of all VLANs. */
export const TRUNK: PortVlans = {
  mode: "trunk",
  tag: undefined,
  trunks: undefined,
  customerVlans: undefined,
  tpid: undefined,
  priorityTags: "never",
};

/** A port of a datapath as its slow path sees it. Numbers are the same in OpenFlow and in the datapath, LOCAL apart. */
export interface DatapathPort {
  /** 0 is the switch's own, links follow from 1. */
  readonly number: number;
  readonly name: string;
  readonly kind: PortKind;
  readonly mac: Uint8Array;
  /** Whether it has a cable, a peer or an underlay. */
  readonly isUp: boolean;
  /** VLAN settings of ovs-vsctl that NORMAL goes by. */
  readonly vlans: PortVlans;
  /** Where a tunnel leads; undefined on others. */
  readonly tunnel: TunnelOptions | undefined;
}

/** Options of a tunnel port, as in ovs-vsctl's `options:`; "flow" leaves the value to the flow's set(tunnel(...)). */
export interface TunnelOptions {
  /** 4 or 16 bytes. */
  readonly remote: Uint8Array | "flow";
  readonly local: Uint8Array | "flow" | undefined;
  /** VNI or GRE key; undefined: none (0 for VXLAN and Geneve). */
  readonly key: number | "flow" | undefined;
  readonly tos: number | "inherit" | undefined;
  readonly ttl: number | "inherit" | undefined;
  /** UDP port that it talks to; 0 for GRE. */
  readonly destinationPort: number;
  readonly csum: boolean;
  readonly df: boolean;
}

/** A port as the datapath uses it: what it sends through it, and what it has counted. */
export interface SendingPort extends DatapathPort {
  readonly counters: PortCounters;
  /** Largest layer-3 packet in bytes. */
  readonly mtu: number;
  /** Index of the device, which programs know it by. */
  readonly ifindex: number;
  /** `node:interface`, for drops. */
  readonly label: string;
  /** Takes a frame whose data begins at its MAC header. */
  send(skb: Skb, state: PacketState): void;
}

/** As `ovs-ofctl dump-ports` and `ovs-dpctl show -s` know them. */
export interface PortCounters {
  received: number;
  receivedBytes: number;
  sent: number;
  sentBytes: number;
  /** Too large for the port (tx_errors). */
  tooBig: number;
}

export function newCounters(): PortCounters {
  return { received: 0, receivedBytes: 0, sent: 0, sentBytes: 0, tooBig: 0 };
}
