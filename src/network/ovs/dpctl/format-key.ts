import { get16, get32 } from "../../../packet/wire.ts";
import { AT, VLAN_PRESENT } from "../flow/layout.ts";
import { CT_STATE_NAMES, formatFlagsMasked, TCP_FLAG_NAMES } from "../openflow/field/flags.ts";
import { ETHERTYPE, PROTOCOL } from "../openflow/match/protocols.ts";
import { formatParts, formatTunnel } from "./format-set.ts";

/** A megaflow's key as ovs-dpctl prints it (odp_flow_format of lib/odp-util.c). `key` has no bits that `mask` does not want. */
export function formatDatapathKey(key: Uint8Array, mask: Uint8Array): string {
  const parts = metadata(key, mask);
  parts.push(`eth(${formatParts("eth", key, mask).join(",")})`);
  const isTagged = (get16(key, AT.vlanTci) & get16(mask, AT.vlanTci) & VLAN_PRESENT) !== 0;
  const inside = headers(key, mask);
  if (!isTagged) return [...parts, ...inside].join(",");
  parts.push(`eth_type(0x${get16(key, AT.vlanTpid).toString(16).padStart(4, "0")})`, `vlan(${tag(key, mask)})`);
  return [...parts, `encap(${inside.join(",")})`].join(",");
}

function metadata(key: Uint8Array, mask: Uint8Array): string[] {
  const parts: string[] = [];
  const hex = (name: string, at: number) => {
    const wanted = get32(mask, at);
    if (wanted === 0) return;
    const value = hexadecimal(get32(key, at));
    parts.push(`${name}(${wanted === 0xffff_ffff ? value : `${value}/0x${wanted.toString(16)}`})`);
  };
  const recirculation = get32(key, AT.recircId);
  parts.push(`recirc_id(${recirculation === 0 ? "0" : `0x${recirculation.toString(16)}`})`);
  hex("dp_hash", AT.dpHash);
  hex("skb_priority", AT.skbPriority);
  if (key.subarray(AT.tunDst, AT.tunFlags).some((byte) => byte !== 0)) parts.push(`tunnel(${formatTunnel(key)})`);
  parts.push(`in_port(${get32(key, AT.inPort)})`);
  hex("skb_mark", AT.skbMark);
  const state = mask[AT.ctState + 3]!;
  if (state !== 0) parts.push(`ct_state(${formatFlagsMasked(key[AT.ctState + 3]!, state, CT_STATE_NAMES)})`);
  if (get16(mask, AT.ctZone) !== 0) parts.push(`ct_zone(${hexadecimal(get16(key, AT.ctZone))})`);
  hex("ct_mark", AT.ctMark);
  const label = wide(mask, AT.ctLabel);
  if (label !== 0n) {
    const value = hexadecimal(wide(key, AT.ctLabel));
    parts.push(`ct_label(${label === (1n << 128n) - 1n ? value : `${value}/${hexadecimal(label)}`})`);
  }
  for (const group of ["ct_tuple4", "ct_tuple6"]) {
    const tuple = formatParts(group, key, mask);
    // Protocol and ports are of both versions; which it is the addresses' version says, or the packet's.
    const version = get16(key, AT.ethType) === ETHERTYPE.ipv6 ? "ct_tuple6" : "ct_tuple4";
    if (tuple.length > 0 && group === version) parts.push(`${group}(${tuple.join(",")})`);
  }
  return parts;
}

const hexadecimal = (value: number | bigint) => (value ? `0x${value.toString(16)}` : "0");

/** A number of 16 bytes. */
function wide(bytes: Uint8Array, at: number): bigint {
  return [0, 4, 8, 12].reduce((value, i) => (value << 32n) | BigInt(get32(bytes, at + i)), 0n);
}

function tag(key: Uint8Array, mask: Uint8Array): string {
  const tci = get16(key, AT.vlanTci);
  const wanted = get16(mask, AT.vlanTci);
  const vid = wanted & 0xfff;
  const parts: string[] = [];
  if (vid !== 0) parts.push(`vid=${tci & 0xfff}${vid === 0xfff ? "" : `/0x${vid.toString(16)}`}`);
  if ((wanted & 0xe000) !== 0) parts.push(`pcp=${tci >> 13}`);
  return parts.length === 0 ? "cfi=1" : parts.join(",");
}

function headers(key: Uint8Array, mask: Uint8Array): string[] {
  const type = get16(key, AT.ethType);
  // Frames that say their length have no type, and that is looked at.
  const parts = [type === NO_TYPE ? "eth_type(0/0xffff)" : `eth_type(0x${type.toString(16).padStart(4, "0")})`];
  if (type === ETHERTYPE.arp || type === ETHERTYPE.rarp) {
    const arp = formatParts("arp", key, mask);
    if (arp.length > 0) parts.push(`arp(${arp.join(",")})`);
  } else if (type === ETHERTYPE.mpls || type === ETHERTYPE.mplsMulticast) {
    const wanted = get32(mask, AT.mpls);
    const lse = get32(key, AT.mpls);
    // All of it with masks, unless all of it counts (format_mpls).
    const [label, tc, ttl, bos] = [wanted >>> 12, (wanted >> 9) & 7, wanted & 0xff, (wanted >> 8) & 1];
    const under = (of: string) => (wanted === 0xffff_ffff ? "" : of);
    if (wanted !== 0)
      parts.push(
        `mpls(label=${lse >>> 12}${under(`/0x${label.toString(16)}`)},tc=${(lse >> 9) & 7}${under(`/${tc}`)},ttl=${lse & 0xff}${under(`/0x${ttl.toString(16)}`)},bos=${(lse >> 8) & 1}${under(`/${bos}`)})`,
      );
  } else if (type === ETHERTYPE.ip || type === ETHERTYPE.ipv6) {
    const group = type === ETHERTYPE.ip ? "ipv4" : "ipv6";
    parts.push(`${group}(${[...formatParts(group, key, mask), `frag=${FRAGMENTS[key[AT.nwFrag]!]}`].join(",")})`);
    parts.push(...transport(key, mask, type));
  }
  return parts;
}

/** What stands for no type of Ethernet (FLOW_DL_TYPE_NONE). */
const NO_TYPE = 0x05ff;

const FRAGMENTS = ["no", "first", "later", "later"];

function transport(key: Uint8Array, mask: Uint8Array, type: number): string[] {
  if (mask[AT.nwProto] !== 0xff) return [];
  const protocol = key[AT.nwProto]!;
  const name = NAMES[protocol];
  const parts: string[] = [];
  if (name !== undefined) {
    const ports = formatParts(name, key, mask);
    if (ports.length > 0) parts.push(`${name}(${ports.join(",")})`);
  } else if (protocol === (type === ETHERTYPE.ip ? PROTOCOL.icmp : PROTOCOL.icmpv6)) {
    const fields = [
      mask[AT.tpSrc + 1] !== 0 ? `type=${key[AT.tpSrc + 1]}` : "",
      mask[AT.tpDst + 1] !== 0 ? `code=${key[AT.tpDst + 1]}` : "",
    ].filter((field) => field !== "");
    if (fields.length > 0) parts.push(`${type === ETHERTYPE.ip ? "icmp" : "icmpv6"}(${fields.join(",")})`);
  }
  const flags = get16(mask, AT.tcpFlags) & 0xfff;
  if (protocol === PROTOCOL.tcp && flags !== 0)
    parts.push(`tcp_flags(${formatFlagsMasked(get16(key, AT.tcpFlags), flags, TCP_FLAG_NAMES)})`);
  return parts;
}

const NAMES: Readonly<Record<number, string>> = {
  [PROTOCOL.tcp]: "tcp",
  [PROTOCOL.udp]: "udp",
  [PROTOCOL.sctp]: "sctp",
};
