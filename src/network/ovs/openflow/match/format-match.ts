import { get32 } from "../../../../packet/wire.ts";
import type { FlowField } from "../../flow/field.ts";
import { allOnes } from "../../flow/field-value.ts";
import { fieldNamed } from "../../flow/fields.ts";
import { AT, VLAN_PRESENT } from "../../flow/layout.ts";
import {
  ALL_TUNNEL_FLAG_NAMES,
  CT_STATE_NAMES,
  formatFlags,
  formatFlagsMasked,
  TCP_FLAG_NAMES,
} from "../field/flags.ts";
import { type FieldValue, formatFieldValue } from "../field/value.ts";
import { hex } from "../text/number.ts";
import { type Match, matchField } from "./match.ts";
import { ETHERTYPE, ND, PROTOCOL, SHORTHANDS } from "./protocols.ts";

/** A match as `ovs-ofctl dump-flows` and `ofproto/trace` print it (match_format of lib/match.c); empty: everything. */
export function formatMatch(match: Match): string {
  const { key, mask } = match;
  const parts: string[] = [];
  const add = (name: string, as = name) => {
    const field = fieldNamed(name)!;
    const value = matchField(match, field);
    if (value.mask !== 0n) parts.push(`${as}=${formatValue(field, value)}`);
  };
  add("pkt_mark");
  if (mask[AT.recircId + 3] !== 0) parts.push(`recirc_id=${hex(get32(key, AT.recircId))}`);
  for (const name of BEFORE_PROTOCOL) add(name);
  addConnection(match, parts, add);
  const shown = addProtocol(match, parts);
  for (let i = 0; i < 16; i++) add(`reg${i}`);
  for (let i = 0; i < 8; i++) add(`bpf_user${i}`);
  for (const name of TUNNEL) add(name);
  add("metadata");
  if (mask[AT.inPort + 3] !== 0) add("in_port");
  addVlan(match, AT.vlanTci, "", parts);
  addVlan(match, AT.innerVlanTci, "1", parts);
  add("eth_src", "dl_src");
  add("eth_dst", "dl_dst");
  const type = get16(key, AT.ethType);
  if (!shown.type && get16(mask, AT.ethType) !== 0) parts.push(`dl_type=0x${type.toString(16).padStart(4, "0")}`);
  const isArp = type === ETHERTYPE.arp || type === ETHERTYPE.rarp;
  if (type === ETHERTYPE.ipv6) {
    add("ipv6_src");
    add("ipv6_dst");
    addLabel(match, parts);
  } else {
    add(isArp ? "arp_spa" : "ip_src", isArp ? "arp_spa" : "nw_src");
    add(isArp ? "arp_tpa" : "ip_dst", isArp ? "arp_tpa" : "nw_dst");
  }
  for (const name of NSH) add(name);
  if (!shown.protocol) add(isArp ? "arp_op" : "nw_proto");
  if (isArp) {
    add("arp_sha");
    add("arp_tha");
  }
  for (const name of ["nw_tos", "nw_ecn", "nw_ttl", "mpls_label", "mpls_tc", "mpls_ttl", "mpls_bos"]) add(name);
  for (let i = 1; i < 3; i++) addLse(match, i, parts);
  add("ip_frag", "nw_frag");
  addTransport(match, type, parts, add);
  return parts.join(",");
}

/** Numbers under a mask are hexadecimal here, flags of tunnels always have their signs. */
function formatValue(field: FlowField, value: FieldValue): string {
  if (field.form === "tunnel-flags")
    return formatFlagsMasked(Number(value.value), Number(value.mask), ALL_TUNNEL_FLAG_NAMES);
  if (field.name === "tun_gbp_flags") return hex(value.value);
  if (/^nsh_(?:spi|c\d)$/.test(field.name) && value.mask === allOnes(field.bits))
    return `0x${value.value.toString(16)}`;
  if (field.name === "nsh_flags" && value.mask !== 0xffn) return `${byte(value.value)}/${byte(value.mask)}`;
  if (field.form === "decimal" && value.mask !== allOnes(field.bits)) return `${hex(value.value)}/${hex(value.mask)}`;
  return formatFieldValue(field, value);
}

const byte = (value: bigint) => `0x${value.toString(16).padStart(2, "0")}`;

type Add = (name: string, as?: string) => void;

const PACKET_TYPE = fieldNamed("packet_type")!;

const BEFORE_PROTOCOL = ["dp_hash", "conj_id", "skb_priority", "actset_output"];
const TUNNEL = [
  "tun_id",
  "tun_src",
  "tun_dst",
  "tun_ipv6_src",
  "tun_ipv6_dst",
  "tun_gbp_id",
  "tun_gbp_flags",
  "tun_tos",
  "tun_ttl",
  "tun_flags",
];
const NSH = [
  "nsh_flags",
  "nsh_ttl",
  "nsh_mdtype",
  "nsh_np",
  "nsh_spi",
  "nsh_si",
  "nsh_c1",
  "nsh_c2",
  "nsh_c3",
  "nsh_c4",
];

function get16(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!;
}

function addConnection({ key, mask }: Match, parts: string[], add: Add): void {
  const state = mask[AT.ctState + 3]!;
  if (state === 0xff) parts.push(`ct_state=${formatFlags(key[AT.ctState + 3]!, CT_STATE_NAMES)}`);
  else if (state !== 0) parts.push(`ct_state=${formatFlagsMasked(key[AT.ctState + 3]!, state, CT_STATE_NAMES)}`);
  if (get16(mask, AT.ctZone) !== 0) parts.push(`ct_zone=${get16(key, AT.ctZone)}`);
  for (const name of ["ct_mark", "ct_label", "ct_nw_src", "ct_ipv6_src", "ct_nw_dst", "ct_ipv6_dst"]) add(name);
  if (mask[AT.ctNwProto] === 0) return;
  for (const name of ["ct_nw_proto", "ct_tp_src", "ct_tp_dst"]) add(name);
}

/** Adds the shorthand of the protocol, and says what it has shown. */
function addProtocol(match: Match, parts: string[]): { type: boolean; protocol: boolean } {
  const { key, mask } = match;
  const packetType = mask[AT.packetType] !== 0;
  // Matches of flows leave out that it is Ethernet, masks of megaflows tell that it was looked at.
  const kind = get16(key, AT.packetType) !== 0 || get16(key, AT.packetType + 2) !== 0;
  if (packetType && kind) parts.push(`packet_type=${formatFieldValue(PACKET_TYPE, matchField(match, PACKET_TYPE))}`);
  else if (packetType && (mask[AT.recircId + 3] !== 0 || mask[AT.dpHash + 3] !== 0)) parts.push("eth");
  if (get16(mask, AT.ethType) !== 0xffff) return { type: false, protocol: false };
  const type = get16(key, AT.ethType);
  const protocol = mask[AT.nwProto] === 0xff ? key[AT.nwProto] : undefined;
  const both = SHORTHANDS.find((one) => one.ethertype === type && one.protocol === protocol);
  const one = both ?? SHORTHANDS.find((it) => it.ethertype === type && it.protocol === undefined);
  if (one !== undefined) parts.push(one.name);
  return { type: one !== undefined, protocol: one?.protocol !== undefined };
}

function addVlan({ key, mask }: Match, at: number, suffix: string, parts: string[]): void {
  const wanted = get16(mask, at);
  if (wanted === 0) return;
  const tci = get16(key, at);
  const vid = wanted & 0x0fff;
  const pcp = wanted & 0xe000;
  const isWhole = (vid === 0 || vid === 0x0fff) && (pcp === 0 || pcp === 0xe000) && (vid | pcp) !== 0;
  const four = (number: number) => `0x${number.toString(16).padStart(4, "0")}`;
  if (isWhole && (wanted & tci & VLAN_PRESENT) !== 0) {
    if (vid !== 0) parts.push(`dl_vlan${suffix}=${tci & 0x0fff}`);
    if (pcp !== 0) parts.push(`dl_vlan_pcp${suffix}=${tci >> 13}`);
  } else parts.push(`vlan_tci${suffix}=${four(tci)}${wanted === 0xffff ? "" : `/${four(wanted)}`}`);
}

function addLabel({ key, mask }: Match, parts: string[]): void {
  const at = (bytes: Uint8Array) => ((bytes[AT.ipv6Label + 1]! & 0xf) << 16) | get16(bytes, AT.ipv6Label + 2);
  const wanted = at(mask);
  if (wanted === 0) return;
  const five = (number: number) => `0x${number.toString(16).padStart(5, "0")}`;
  parts.push(`ipv6_label=${five(at(key))}${wanted === 0xfffff ? "" : `/${five(wanted)}`}`);
}

function addLse({ key, mask }: Match, i: number, parts: string[]): void {
  const at = AT.mpls + 4 * i;
  const word = (bytes: Uint8Array) => ((get16(bytes, at) << 16) | get16(bytes, at + 2)) >>> 0;
  const wanted = word(mask);
  if (wanted === 0) return;
  const eight = (number: number) => `0x${number.toString(16).padStart(8, "0")}`;
  parts.push(`mpls_lse${i}=${wanted === 0xffff_ffff ? word(key) : `${eight(word(key))}/${eight(wanted)}`}`);
}

function addTransport(match: Match, type: number, parts: string[], add: Add): void {
  const { key, mask } = match;
  const protocol = mask[AT.nwProto] === 0xff ? key[AT.nwProto] : undefined;
  const isIp = type === ETHERTYPE.ip || type === ETHERTYPE.ipv6;
  const icmp = type === ETHERTYPE.ip ? PROTOCOL.icmp : PROTOCOL.icmpv6;
  if (isIp && protocol === icmp) {
    addNumber(match, AT.tpSrc, "icmp_type", parts);
    addNumber(match, AT.tpDst, "icmp_code", parts);
    const icmpType = get16(key, AT.tpSrc);
    if (icmp !== PROTOCOL.icmpv6 || (icmpType !== ND.solicit && icmpType !== ND.advert)) return;
    add("nd_target");
    add("nd_sll");
    add("nd_tll");
    add("nd_reserved");
    add("nd_options_type");
    return;
  }
  addNumber(match, AT.tpSrc, "tp_src", parts);
  addNumber(match, AT.tpDst, "tp_dst", parts);
  const flags = get16(mask, AT.tcpFlags) & 0xfff;
  if (!isIp || protocol !== PROTOCOL.tcp || flags === 0) return;
  const value = get16(key, AT.tcpFlags) & 0xfff;
  parts.push(
    `tcp_flags=${flags === 0xfff ? formatFlags(value, TCP_FLAG_NAMES) : formatFlagsMasked(value, flags, TCP_FLAG_NAMES)}`,
  );
}

/** A number of two bytes: decimal where all of it counts. */
function addNumber({ key, mask }: Match, at: number, name: string, parts: string[]): void {
  const wanted = get16(mask, at);
  if (wanted === 0) return;
  const value = get16(key, at);
  parts.push(`${name}=${wanted === 0xffff ? value : `0x${value.toString(16)}/0x${wanted.toString(16)}`}`);
}
