/**
 * The fields of flow keys, after ovs-fields(7) and Open vSwitch's include/openvswitch/meta-flow.h: FIELDS in the order of
 * that table, fieldNamed for any of a field's names.
 */
import type { DatapathGroup, FieldForm, FlowField, Prerequisite } from "./field.ts";
import { AT, REGISTERS, TUNNEL_METADATA, USER_WORDS } from "./layout.ts";

interface Draft {
  readonly aliases?: string;
  readonly oxm?: string;
  readonly shift?: number;
  readonly needs?: Prerequisite;
  readonly isReadOnly?: boolean;
  readonly isExactOnly?: boolean;
}

/** A field of `bits` bits in `size` bytes at `offset`; `draft.aliases` and `draft.oxm` are lists with spaces. */
function field(
  name: string,
  [offset, size, bits = 8 * size]: readonly [number, number, number?],
  form: FieldForm,
  group: DatapathGroup,
  draft: Draft = {},
): FlowField {
  return {
    name,
    aliases: words(draft.aliases),
    oxm: words(draft.oxm),
    offset,
    size,
    bits,
    shift: draft.shift ?? 0,
    form,
    prerequisite: draft.needs ?? "none",
    isWritable: draft.isReadOnly !== true,
    isMaskable: draft.isExactOnly !== true,
    group,
  };
}

const words = (list: string | undefined): readonly string[] => (list === undefined ? [] : list.split(" "));
const numbers = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
const READ_ONLY = { isReadOnly: true } as const;

const TUNNEL: readonly FlowField[] = [
  field("tun_id", [AT.tunId, 8], "hexadecimal", "tunnel", {
    aliases: "tunnel_id",
    oxm: "NXM_NX_TUN_ID OXM_OF_TUNNEL_ID",
  }),
  field("tun_src", [AT.tunSrc, 4], "ipv4", "tunnel", { oxm: "NXM_NX_TUN_IPV4_SRC" }),
  field("tun_dst", [AT.tunDst, 4], "ipv4", "tunnel", { oxm: "NXM_NX_TUN_IPV4_DST" }),
  field("tun_ipv6_src", [AT.tunIpv6Src, 16], "ipv6", "tunnel", { oxm: "NXM_NX_TUN_IPV6_SRC" }),
  field("tun_ipv6_dst", [AT.tunIpv6Dst, 16], "ipv6", "tunnel", { oxm: "NXM_NX_TUN_IPV6_DST" }),
  field("tun_flags", [AT.tunFlags, 2], "tunnel-flags", "tunnel", { oxm: "NXM_NX_TUN_FLAGS" }),
  field("tun_ttl", [AT.tunTtl, 1], "decimal", "tunnel", READ_ONLY),
  field("tun_tos", [AT.tunTos, 1], "decimal", "tunnel", READ_ONLY),
  field("tun_gbp_id", [AT.tunGbpId, 2], "decimal", "tunnel", { oxm: "NXM_NX_TUN_GBP_ID" }),
  field("tun_gbp_flags", [AT.tunGbpFlags, 1], "hexadecimal", "tunnel", { oxm: "NXM_NX_TUN_GBP_FLAGS" }),
  ...numbers(TUNNEL_METADATA).map((i) =>
    field(`tun_metadata${i}`, [AT.tunMetadata + 16 * i, 16], "hexadecimal", "tunnel", {
      oxm: `NXM_NX_TUN_METADATA${i}`,
    }),
  ),
];

const METADATA: readonly FlowField[] = [
  field("metadata", [AT.metadata, 8], "hexadecimal", "openflow", { oxm: "OXM_OF_METADATA" }),
  field("in_port", [AT.inPort + 2, 2], "port", "in_port", { oxm: "NXM_OF_IN_PORT", isExactOnly: true }),
  field("in_port_oxm", [AT.inPort, 4], "port-oxm", "in_port", { oxm: "OXM_OF_IN_PORT", isExactOnly: true }),
  field("actset_output", [AT.actsetOutput, 4], "port-oxm", "openflow", {
    oxm: "OXM_OF_ACTSET_OUTPUT ONFOXM_ET_ACTSET_OUTPUT",
    isReadOnly: true,
    isExactOnly: true,
  }),
  field("skb_priority", [AT.skbPriority, 4], "hexadecimal", "skb_priority", READ_ONLY),
  field("pkt_mark", [AT.skbMark, 4], "hexadecimal", "skb_mark", { oxm: "NXM_NX_PKT_MARK" }),
  field("packet_type", [AT.packetType, 4], "packet-type", "packet_type", {
    oxm: "OXM_OF_PACKET_TYPE",
    isReadOnly: true,
    isExactOnly: true,
  }),
  field("dp_hash", [AT.dpHash, 4], "hexadecimal", "dp_hash", { oxm: "NXM_NX_DP_HASH", isReadOnly: true }),
  field("recirc_id", [AT.recircId, 4], "decimal", "recirc_id", {
    oxm: "NXM_NX_RECIRC_ID",
    isReadOnly: true,
    isExactOnly: true,
  }),
  field("conj_id", [AT.conjId, 4], "decimal", "openflow", {
    oxm: "NXM_NX_CONJ_ID",
    isReadOnly: true,
    isExactOnly: true,
  }),
];

const CONNECTION: readonly FlowField[] = [
  field("ct_state", [AT.ctState, 4], "ct-state", "ct_state", { oxm: "NXM_NX_CT_STATE", isReadOnly: true }),
  field("ct_zone", [AT.ctZone, 2], "hexadecimal", "ct_zone", {
    oxm: "NXM_NX_CT_ZONE",
    isReadOnly: true,
    isExactOnly: true,
  }),
  field("ct_mark", [AT.ctMark, 4], "hexadecimal", "ct_mark", { oxm: "NXM_NX_CT_MARK" }),
  field("ct_label", [AT.ctLabel, 16], "hexadecimal", "ct_label", { oxm: "NXM_NX_CT_LABEL" }),
  tuple("ct_nw_proto", [AT.ctNwProto, 1], "decimal", "ct_tuple", "NXM_NX_CT_NW_PROTO"),
  tuple("ct_nw_src", [AT.ctNwSrc, 4], "ipv4", "ct_tuple4", "NXM_NX_CT_NW_SRC"),
  tuple("ct_nw_dst", [AT.ctNwDst, 4], "ipv4", "ct_tuple4", "NXM_NX_CT_NW_DST"),
  tuple("ct_ipv6_src", [AT.ctIpv6Src, 16], "ipv6", "ct_tuple6", "NXM_NX_CT_IPV6_SRC"),
  tuple("ct_ipv6_dst", [AT.ctIpv6Dst, 16], "ipv6", "ct_tuple6", "NXM_NX_CT_IPV6_DST"),
  tuple("ct_tp_src", [AT.ctTpSrc, 2], "decimal", "ct_tuple", "NXM_NX_CT_TP_SRC"),
  tuple("ct_tp_dst", [AT.ctTpDst, 2], "decimal", "ct_tuple", "NXM_NX_CT_TP_DST"),
];

function tuple(
  name: string,
  place: readonly [number, number],
  form: FieldForm,
  group: DatapathGroup,
  oxm: string,
): FlowField {
  return field(name, place, form, group, { oxm, needs: "connection", isReadOnly: true });
}

/** xreg0 is reg0 (its high half) and reg1, xxreg0 reg0 to reg3. */
const REGISTER_FIELDS: readonly FlowField[] = [
  ...numbers(REGISTERS).map((i) =>
    field(`reg${i}`, [AT.reg + 4 * i, 4], "hexadecimal", "openflow", { oxm: `NXM_NX_REG${i}` }),
  ),
  ...numbers(REGISTERS / 2).map((i) =>
    field(`xreg${i}`, [AT.reg + 8 * i, 8], "hexadecimal", "openflow", { oxm: `OXM_OF_PKT_REG${i}` }),
  ),
  ...numbers(REGISTERS / 4).map((i) =>
    field(`xxreg${i}`, [AT.reg + 16 * i, 16], "hexadecimal", "openflow", { oxm: `NXM_NX_XXREG${i}` }),
  ),
];

const USER: readonly FlowField[] = numbers(USER_WORDS).map((i) =>
  field(`bpf_user${i}`, [AT.user + 4 * i, 4], "hexadecimal", "user", READ_ONLY),
);

const LINK: readonly FlowField[] = [
  field("eth_src", [AT.ethSrc, 6], "ethernet", "eth", {
    aliases: "dl_src",
    oxm: "NXM_OF_ETH_SRC OXM_OF_ETH_SRC",
    needs: "ethernet",
  }),
  field("eth_dst", [AT.ethDst, 6], "ethernet", "eth", {
    aliases: "dl_dst",
    oxm: "NXM_OF_ETH_DST OXM_OF_ETH_DST",
    needs: "ethernet",
  }),
  field("eth_type", [AT.ethType, 2], "hexadecimal", "eth_type", {
    aliases: "dl_type",
    oxm: "NXM_OF_ETH_TYPE OXM_OF_ETH_TYPE",
    needs: "ethernet",
    isReadOnly: true,
    isExactOnly: true,
  }),
  field("vlan_tci", [AT.vlanTci, 2], "hexadecimal", "vlan", { oxm: "NXM_OF_VLAN_TCI", needs: "ethernet" }),
  field("dl_vlan", [AT.vlanTci, 2, 12], "decimal", "vlan", { needs: "ethernet", isExactOnly: true }),
  field("vlan_vid", [AT.vlanTci, 2, 13], "decimal", "vlan", { oxm: "OXM_OF_VLAN_VID", needs: "ethernet" }),
  field("dl_vlan_pcp", [AT.vlanTci, 2, 3], "decimal", "vlan", { shift: 13, needs: "ethernet", isExactOnly: true }),
  field("vlan_pcp", [AT.vlanTci, 2, 3], "decimal", "vlan", {
    shift: 13,
    oxm: "OXM_OF_VLAN_PCP",
    needs: "vlan",
    isExactOnly: true,
  }),
  field("mpls_label", [AT.mpls, 4, 20], "decimal", "mpls", {
    shift: 12,
    oxm: "OXM_OF_MPLS_LABEL",
    needs: "mpls",
    isExactOnly: true,
  }),
  field("mpls_tc", [AT.mpls, 4, 3], "decimal", "mpls", {
    shift: 9,
    oxm: "OXM_OF_MPLS_TC",
    needs: "mpls",
    isExactOnly: true,
  }),
  field("mpls_bos", [AT.mpls, 4, 1], "decimal", "mpls", {
    shift: 8,
    oxm: "OXM_OF_MPLS_BOS",
    needs: "mpls",
    isReadOnly: true,
    isExactOnly: true,
  }),
  field("mpls_ttl", [AT.mpls, 4, 8], "decimal", "mpls", { oxm: "NXM_NX_MPLS_TTL", needs: "mpls", isExactOnly: true }),
];

const NETWORK: readonly FlowField[] = [
  field("ip_src", [AT.nwSrc, 4], "ipv4", "ipv4", {
    aliases: "nw_src",
    oxm: "NXM_OF_IP_SRC OXM_OF_IPV4_SRC",
    needs: "ipv4",
  }),
  field("ip_dst", [AT.nwDst, 4], "ipv4", "ipv4", {
    aliases: "nw_dst",
    oxm: "NXM_OF_IP_DST OXM_OF_IPV4_DST",
    needs: "ipv4",
  }),
  field("ipv6_src", [AT.ipv6Src, 16], "ipv6", "ipv6", { oxm: "NXM_NX_IPV6_SRC OXM_OF_IPV6_SRC", needs: "ipv6" }),
  field("ipv6_dst", [AT.ipv6Dst, 16], "ipv6", "ipv6", { oxm: "NXM_NX_IPV6_DST OXM_OF_IPV6_DST", needs: "ipv6" }),
  field("ipv6_label", [AT.ipv6Label, 4, 20], "hexadecimal", "ipv6", {
    oxm: "NXM_NX_IPV6_LABEL OXM_OF_IPV6_FLABEL",
    needs: "ipv6",
  }),
  field("nw_proto", [AT.nwProto, 1], "decimal", "ip", {
    aliases: "ip_proto",
    oxm: "NXM_OF_IP_PROTO OXM_OF_IP_PROTO",
    needs: "ip",
    isReadOnly: true,
    isExactOnly: true,
  }),
  field("nw_tos", [AT.nwTos, 1, 6], "decimal", "ip", {
    shift: 2,
    oxm: "NXM_OF_IP_TOS",
    needs: "ip",
    isExactOnly: true,
  }),
  field("ip_dscp", [AT.nwTos, 1, 6], "decimal", "ip", {
    shift: 2,
    oxm: "OXM_OF_IP_DSCP",
    needs: "ip",
    isExactOnly: true,
  }),
  field("nw_ecn", [AT.nwTos, 1, 2], "decimal", "ip", {
    aliases: "ip_ecn",
    oxm: "NXM_NX_IP_ECN OXM_OF_IP_ECN",
    needs: "ip",
    isExactOnly: true,
  }),
  field("nw_ttl", [AT.nwTtl, 1], "decimal", "ip", { oxm: "NXM_NX_IP_TTL", needs: "ip", isExactOnly: true }),
  field("ip_frag", [AT.nwFrag, 1, 2], "fragment", "ip", {
    aliases: "nw_frag",
    oxm: "NXM_NX_IP_FRAG",
    needs: "ip",
    isReadOnly: true,
  }),
  field("arp_op", [AT.nwProto, 1], "decimal", "arp", {
    oxm: "NXM_OF_ARP_OP OXM_OF_ARP_OP",
    needs: "arp",
    isExactOnly: true,
  }),
  field("arp_spa", [AT.nwSrc, 4], "ipv4", "arp", { oxm: "NXM_OF_ARP_SPA OXM_OF_ARP_SPA", needs: "arp" }),
  field("arp_tpa", [AT.nwDst, 4], "ipv4", "arp", { oxm: "NXM_OF_ARP_TPA OXM_OF_ARP_TPA", needs: "arp" }),
  field("arp_sha", [AT.arpSha, 6], "ethernet", "arp", { oxm: "NXM_NX_ARP_SHA OXM_OF_ARP_SHA", needs: "arp" }),
  field("arp_tha", [AT.arpTha, 6], "ethernet", "arp", { oxm: "NXM_NX_ARP_THA OXM_OF_ARP_THA", needs: "arp" }),
  field("nsh_flags", [AT.nshFlags, 1], "decimal", "nsh", { oxm: "NXOXM_NSH_FLAGS", needs: "nsh" }),
  field("nsh_ttl", [AT.nshTtl, 1], "decimal", "nsh", { oxm: "NXOXM_NSH_TTL", needs: "nsh", isExactOnly: true }),
  field("nsh_mdtype", [AT.nshMdType, 1], "decimal", "nsh", {
    oxm: "NXOXM_NSH_MDTYPE",
    needs: "nsh",
    isReadOnly: true,
    isExactOnly: true,
  }),
  field("nsh_np", [AT.nshNp, 1], "decimal", "nsh", {
    oxm: "NXOXM_NSH_NP",
    needs: "nsh",
    isReadOnly: true,
    isExactOnly: true,
  }),
  field("nsh_spi", [AT.nshPath, 4, 24], "hexadecimal", "nsh", {
    aliases: "nsp",
    shift: 8,
    oxm: "NXOXM_NSH_SPI",
    needs: "nsh",
    isExactOnly: true,
  }),
  field("nsh_si", [AT.nshPath + 3, 1], "decimal", "nsh", {
    aliases: "nsi",
    oxm: "NXOXM_NSH_SI",
    needs: "nsh",
    isExactOnly: true,
  }),
  ...numbers(4).map((i) =>
    field(`nsh_c${i + 1}`, [AT.nshContext + 4 * i, 4], "hexadecimal", "nsh", {
      aliases: `nshc${i + 1}`,
      oxm: `NXOXM_NSH_C${i + 1}`,
      needs: "nsh",
    }),
  ),
];

const TRANSPORT: readonly FlowField[] = [
  field("tcp_src", [AT.tpSrc, 2], "decimal", "transport", {
    aliases: "tp_src",
    oxm: "NXM_OF_TCP_SRC OXM_OF_TCP_SRC",
    needs: "tcp",
  }),
  field("tcp_dst", [AT.tpDst, 2], "decimal", "transport", {
    aliases: "tp_dst",
    oxm: "NXM_OF_TCP_DST OXM_OF_TCP_DST",
    needs: "tcp",
  }),
  field("tcp_flags", [AT.tcpFlags, 2, 12], "tcp-flags", "tcp_flags", {
    oxm: "NXM_NX_TCP_FLAGS OXM_OF_TCP_FLAGS ONFOXM_ET_TCP_FLAGS",
    needs: "tcp",
    isReadOnly: true,
  }),
  field("udp_src", [AT.tpSrc, 2], "decimal", "transport", { oxm: "NXM_OF_UDP_SRC OXM_OF_UDP_SRC", needs: "udp" }),
  field("udp_dst", [AT.tpDst, 2], "decimal", "transport", { oxm: "NXM_OF_UDP_DST OXM_OF_UDP_DST", needs: "udp" }),
  field("sctp_src", [AT.tpSrc, 2], "decimal", "transport", { oxm: "OXM_OF_SCTP_SRC", needs: "sctp" }),
  field("sctp_dst", [AT.tpDst, 2], "decimal", "transport", { oxm: "OXM_OF_SCTP_DST", needs: "sctp" }),
  field("icmp_type", [AT.tpSrc + 1, 1], "decimal", "transport", {
    oxm: "NXM_OF_ICMP_TYPE OXM_OF_ICMPV4_TYPE",
    needs: "icmp4",
    isExactOnly: true,
  }),
  field("icmp_code", [AT.tpDst + 1, 1], "decimal", "transport", {
    oxm: "NXM_OF_ICMP_CODE OXM_OF_ICMPV4_CODE",
    needs: "icmp4",
    isExactOnly: true,
  }),
  field("icmpv6_type", [AT.tpSrc + 1, 1], "decimal", "transport", {
    oxm: "NXM_NX_ICMPV6_TYPE OXM_OF_ICMPV6_TYPE",
    needs: "icmp6",
    isExactOnly: true,
  }),
  field("icmpv6_code", [AT.tpDst + 1, 1], "decimal", "transport", {
    oxm: "NXM_NX_ICMPV6_CODE OXM_OF_ICMPV6_CODE",
    needs: "icmp6",
    isExactOnly: true,
  }),
  field("nd_target", [AT.ndTarget, 16], "ipv6", "nd", { oxm: "NXM_NX_ND_TARGET OXM_OF_IPV6_ND_TARGET", needs: "nd" }),
  field("nd_sll", [AT.arpSha, 6], "ethernet", "nd", { oxm: "NXM_NX_ND_SLL OXM_OF_IPV6_ND_SLL", needs: "nd-solicit" }),
  field("nd_tll", [AT.arpTha, 6], "ethernet", "nd", { oxm: "NXM_NX_ND_TLL OXM_OF_IPV6_ND_TLL", needs: "nd-advert" }),
  field("nd_reserved", [AT.ndReserved, 4], "decimal", "nd", {
    oxm: "ERICOXM_OF_ICMPV6_ND_RESERVED",
    needs: "nd",
    isExactOnly: true,
  }),
  field("nd_options_type", [AT.ndOptionsType, 1], "decimal", "nd", {
    oxm: "ERICOXM_OF_ICMPV6_ND_OPTIONS_TYPE",
    needs: "nd",
    isExactOnly: true,
  }),
];

export const FIELDS: readonly FlowField[] = [
  ...TUNNEL,
  ...METADATA,
  ...CONNECTION,
  ...REGISTER_FIELDS,
  ...USER,
  ...LINK,
  ...NETWORK,
  ...TRANSPORT,
];

const BY_NAME = new Map<string, FlowField>(
  FIELDS.flatMap((one) => [one.name, ...one.aliases, ...one.oxm].map((name) => [name, one] as const)),
);

const BY_OWN_NAME = new Map<string, FlowField>(
  FIELDS.flatMap((one) => [one.name, ...one.aliases].map((name) => [name, one] as const)),
);

/** The field that has this name or alias, as matches and set_field write it: no other case, no NXM or OXM name. */
export function fieldOfName(name: string): FlowField | undefined {
  return BY_OWN_NAME.get(name);
}

/** The field that has this name, alias, or NXM or OXM name. */
export function fieldNamed(name: string): FlowField | undefined {
  return BY_NAME.get(name);
}
