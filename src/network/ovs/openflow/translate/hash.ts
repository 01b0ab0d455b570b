import { get16, get32 } from "../../../../packet/wire.ts";
import { AT } from "../../flow/layout.ts";
import { ETHERTYPE, PROTOCOL } from "../match/protocols.ts";
import { hashAdd, hashFinish, jenkins } from "./hash-functions.ts";
import { maskBits, maskBytes } from "./key-access.ts";

/** What multipath, bundle and select groups hash (enum nx_hash_fields). */
export type HashFields =
  | "eth_src"
  | "symmetric_l4"
  | "symmetric_l3l4"
  | "symmetric_l3l4+udp"
  | "nw_src"
  | "nw_dst"
  | "symmetric_l3";

const isIp = (type: number) => type === ETHERTYPE.ip || type === ETHERTYPE.ipv6;

/** The hash that Open vSwitch makes of a flow (flow_hash_fields of lib/flow.c). */
export function hashFields(flow: Uint8Array, fields: HashFields, basis: number): number {
  const type = get16(flow, AT.ethType);
  switch (fields) {
    case "eth_src":
      return jenkins(flow.subarray(AT.ethSrc, AT.ethSrc + 6), basis);
    case "symmetric_l4":
      return symmetricL4(flow, basis);
    case "nw_src":
    case "nw_dst": {
      const [v4, v6] = fields === "nw_src" ? [AT.nwSrc, AT.ipv6Src] : [AT.nwDst, AT.ipv6Dst];
      if (type === ETHERTYPE.ip) return jenkins(flow.subarray(v4, v4 + 4), basis);
      return type === ETHERTYPE.ipv6 ? jenkins(flow.subarray(v6, v6 + 16), basis) : basis;
    }
    default:
      return symmetricL3(flow, fields, basis);
  }
}

/** Hashes everything that both directions of a conversation have in common, UDP's ports apart. */
function symmetricL4(flow: Uint8Array, basis: number): number {
  const fields = new Uint8Array(32);
  const type = get16(flow, AT.ethType);
  const xor = (at: number, a: number, b: number, count: number) => {
    for (let i = 0; i < count; i++) fields[at + i] = flow[a + i]! ^ flow[b + i]!;
  };
  if (type === ETHERTYPE.ip) xor(0, AT.nwSrc, AT.nwDst, 4);
  else if (type === ETHERTYPE.ipv6) xor(0, AT.ipv6Src, AT.ipv6Dst, 16);
  fields.set(flow.subarray(AT.ethType, AT.ethType + 2), 16);
  const vid = (get16(flow, AT.vlanTci) ^ get16(flow, AT.innerVlanTci)) & 0x0fff;
  fields[18] = vid >> 8;
  fields[19] = vid;
  const protocol = flow[AT.nwProto]!;
  if (isIp(type) && (protocol === PROTOCOL.tcp || protocol === PROTOCOL.sctp)) xor(20, AT.tpSrc, AT.tpDst, 2);
  xor(22, AT.ethSrc, AT.ethDst, 6);
  if (isIp(type)) fields[28] = protocol;
  return jenkins(fields, basis);
}

function symmetricL3(flow: Uint8Array, fields: HashFields, basis: number): number {
  const type = get16(flow, AT.ethType);
  // Words are hashed as they lie in memory, the lowest byte first.
  const word = (at: number) => reversed(get32(flow, at));
  let hash = basis;
  if (type === ETHERTYPE.ip) hash = hashAdd(hash, word(AT.nwSrc) ^ word(AT.nwDst));
  else if (type === ETHERTYPE.ipv6)
    for (let i = 0; i < 16; i += 4) hash = hashAdd(hash, word(AT.ipv6Src + i) ^ word(AT.ipv6Dst + i));
  else return fields === "symmetric_l3" ? 0 : symmetricL2(flow, basis);
  if (fields === "symmetric_l3") return hashFinish(hash, basis);
  hash = hashAdd(hash, flow[AT.nwProto]!);
  if (hasPorts(flow, fields)) {
    const ports = get16(flow, AT.tpSrc) ^ get16(flow, AT.tpDst);
    hash = hashAdd(hash, ((ports & 0xff) << 8) | (ports >> 8));
  }
  return hashFinish(hash, basis);
}

/** Whether such a hash looks at ports; those of fragments it leaves alone. */
function hasPorts(flow: Uint8Array, fields: HashFields): boolean {
  const protocol = flow[AT.nwProto]!;
  if (flow[AT.nwFrag] !== 0) return false;
  return (
    protocol === PROTOCOL.tcp ||
    protocol === PROTOCOL.sctp ||
    (protocol === PROTOCOL.udp && fields === "symmetric_l3l4+udp")
  );
}

/** Of what is not IP: its EtherType, VLANs and addresses. */
function symmetricL2(flow: Uint8Array, basis: number): number {
  const bytes = new Uint8Array(12);
  bytes.set(flow.subarray(AT.ethType, AT.ethType + 2));
  const vid = (get16(flow, AT.vlanTci) ^ get16(flow, AT.innerVlanTci)) & 0x0fff;
  bytes[2] = vid >> 8;
  bytes[3] = vid;
  for (let i = 0; i < 6; i++) bytes[4 + i] = flow[AT.ethSrc + i]! ^ flow[AT.ethDst + i]!;
  let hash = basis;
  for (let at = 0; at < bytes.length; at += 4) hash = hashAdd(hash, reversed(get32(bytes, at)));
  return hashFinish(hash, basis);
}

function reversed(word: number): number {
  return (((word & 0xff) << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24)) >>> 0;
}

/** Adds to a mask what such a hash looks at (flow_mask_hash_fields). */
export function maskHashFields(flow: Uint8Array, mask: Uint8Array, fields: HashFields): void {
  const type = get16(flow, AT.ethType);
  const protocol = flow[AT.nwProto]!;
  const addresses = (source: boolean, destination: boolean) => {
    if (type === ETHERTYPE.ip) {
      if (source) maskBytes(mask, AT.nwSrc, 4);
      if (destination) maskBytes(mask, AT.nwDst, 4);
    } else if (type === ETHERTYPE.ipv6) {
      if (source) maskBytes(mask, AT.ipv6Src, 16);
      if (destination) maskBytes(mask, AT.ipv6Dst, 16);
    }
  };
  switch (fields) {
    case "eth_src":
      maskBytes(mask, AT.ethSrc, 6);
      return;
    case "nw_src":
      addresses(true, false);
      return;
    case "nw_dst":
      addresses(false, true);
      return;
    case "symmetric_l3":
      addresses(true, true);
      return;
    case "symmetric_l4":
      maskBytes(mask, AT.ethDst, 12);
      addresses(true, true);
      if (isIp(type)) {
        maskBytes(mask, AT.nwProto, 1);
        if (protocol !== PROTOCOL.udp) maskPorts(flow, mask);
      }
      maskBits(mask, AT.vlanTci, 0x1fff);
      maskBits(mask, AT.innerVlanTci, 0x1fff);
      return;
    default:
      if (!isIp(type)) return;
      addresses(true, true);
      maskBytes(mask, AT.nwProto, 1);
      if (hasPorts(flow, fields)) maskPorts(flow, mask);
  }
}

/** ICMP has one byte where others have a port of two. */
function maskPorts(flow: Uint8Array, mask: Uint8Array): void {
  const wanted = flow[AT.nwProto] === PROTOCOL.icmp ? 0xff : 0xffff;
  maskBits(mask, AT.tpSrc, wanted);
  maskBits(mask, AT.tpDst, wanted);
}
