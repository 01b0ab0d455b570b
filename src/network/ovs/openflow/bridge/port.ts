import type { TunnelOptions } from "../../datapath/port.ts";
import type { Bridge } from "./bridge.ts";

/** How a port treats VLANs (vswitchd.conf.db(5), Port vlan_mode). */
export type VlanMode = "access" | "trunk" | "native-tagged" | "native-untagged" | "dot1q-tunnel";

/** A port of a bridge as OpenFlow knows it. */
export interface OpenFlowPort {
  readonly ofport: number;
  readonly name: string;
  /** Its number in the datapath. */
  readonly number: number;
  readonly kind: "internal" | "link" | "patch" | "vxlan" | "geneve" | "gre";
  readonly isUp: boolean;
  readonly vlanMode: VlanMode;
  /** VLAN of an access port, or the native one. */
  readonly tag: number;
  /** VLANs that a trunk carries; undefined: all. */
  readonly trunks: ReadonlySet<number> | undefined;
  /** Customers' VLANs that a dot1q-tunnel takes; undefined: all. And the TPID of the tag that it adds. */
  readonly customerVlans: ReadonlySet<number> | undefined;
  readonly qinqTpid: number;
  /** Whether tags without a VLAN leave by it: those that say a priority, all, or none. */
  readonly priorityTags: "never" | "if-nonzero" | "always";
  /** Whether FLOOD and NORMAL flood to it. */
  readonly isFlooded: boolean;
  readonly tunnel: TunnelOptions | undefined;
  /** Where a patch port leads. */
  readonly peer: { readonly bridge: Bridge; readonly ofport: number } | undefined;
}

/** A port with the settings that ovs-vsctl gives unless told otherwise. */
export function openFlowPort(port: Pick<OpenFlowPort, "ofport" | "name"> & Partial<OpenFlowPort>): OpenFlowPort {
  return {
    number: port.ofport,
    kind: "link",
    isUp: true,
    vlanMode: "trunk",
    tag: 0,
    trunks: undefined,
    customerVlans: undefined,
    qinqTpid: 0x88a8,
    priorityTags: "never",
    isFlooded: true,
    tunnel: undefined,
    peer: undefined,
    ...port,
  };
}
