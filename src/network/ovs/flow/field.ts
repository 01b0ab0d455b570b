/** How values of a field are written (the MFS_* of Open vSwitch's lib/meta-flow.h). */
export type FieldForm =
  | "decimal"
  | "hexadecimal"
  | "ct-state"
  | "ethernet"
  | "ipv4"
  | "ipv6"
  | "port"
  | "port-oxm"
  | "fragment"
  | "tunnel-flags"
  | "tcp-flags"
  | "packet-type";

/** What has to be known of a packet before a field means anything (MFP_*). */
export type Prerequisite =
  | "none"
  | "ethernet"
  | "arp"
  | "vlan"
  | "ipv4"
  | "ipv6"
  | "ip"
  | "nsh"
  | "mpls"
  | "tcp"
  | "udp"
  | "sctp"
  | "icmp4"
  | "icmp6"
  | "nd"
  | "nd-solicit"
  | "nd-advert"
  | "connection";

/**
 * The attribute of a datapath's flow key that a field belongs to, by the name that `ovs-appctl dpctl/dump-flows` gives
 * it (OVS_KEY_ATTR_*); `openflow` where a datapath does not know the field.
 */
export type DatapathGroup =
  | "recirc_id"
  | "dp_hash"
  | "skb_priority"
  | "in_port"
  | "skb_mark"
  | "ct_state"
  | "ct_zone"
  | "ct_mark"
  | "ct_label"
  | "ct_tuple4"
  | "ct_tuple6"
  | "ct_tuple"
  | "packet_type"
  | "tunnel"
  | "user"
  | "eth"
  | "eth_type"
  | "vlan"
  | "mpls"
  | "ipv4"
  | "ipv6"
  | "ip"
  | "arp"
  | "nsh"
  | "tcp_flags"
  | "transport"
  | "nd"
  | "igmp"
  | "openflow";

/** A field of a flow key, as OpenFlow and ovs-fields(7) know it. */
export interface FlowField {
  /** As in ovs-fields(7) and in `ovs-ofctl dump-flows` input, e.g. `eth_src`. */
  readonly name: string;
  /** Other names that ovs-ofctl takes, e.g. `dl_src`. */
  readonly aliases: readonly string[];
  /** NXM and OXM names, e.g. `NXM_OF_ETH_SRC`; the first is the one Open vSwitch prints. */
  readonly oxm: readonly string[];
  /** First byte in the key, and the number of bytes there. */
  readonly offset: number;
  readonly size: number;
  /** Width in bits, and how many bits of those bytes lie below the field. */
  readonly bits: number;
  readonly shift: number;
  readonly form: FieldForm;
  readonly prerequisite: Prerequisite;
  /** Whether actions may write it. */
  readonly isWritable: boolean;
  /** Whether a match may leave some of its bits out. */
  readonly isMaskable: boolean;
  readonly group: DatapathGroup;
}
