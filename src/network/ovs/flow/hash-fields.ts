import { get16, get32 } from "../../../packet/wire.ts";
import { hashAdd, hashAddAt, hashFinish, jenkins, reversed } from "./hash-functions.ts";
import { AT } from "./layout.ts";

const ETHERTYPE = { ip: 0x0800, arp: 0x0806, ipv6: 0x86dd } as const;
const PROTOCOL = { icmp: 1, tcp: 6, udp: 17, icmpv6: 58, sctp: 132 } as const;
const WITH_PORTS: readonly number[] = Object.values(PROTOCOL);

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
export function hasPorts(flow: Uint8Array, fields: HashFields): boolean {
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
  const vid = (get16(flow, AT.vlanTci) ^ get16(flow, AT.innerVlanTci)) & 0x0fff;
  layer2[0] = flow[AT.ethType]!;
  layer2[1] = flow[AT.ethType + 1]!;
  layer2[2] = vid >> 8;
  layer2[3] = vid;
  for (let i = 0; i < 6; i++) layer2[4 + i] = flow[AT.ethSrc + i]! ^ flow[AT.ethDst + i]!;
  let hash = basis;
  for (let at = 0; at < layer2.length; at += 4) hash = hashAddAt(hash, layer2, at);
  return hashFinish(hash, basis);
}

const layer2 = new Uint8Array(12);

/** The hash that a network card would make of a packet: of its addresses, protocol and ports (miniflow_hash_5tuple). */
export function hashOfTuple(flow: Uint8Array): number {
  const type = get16(flow, AT.ethType);
  let hash = 0;
  if (type === ETHERTYPE.ipv6) for (let i = 0; i < 32; i += 4) hash = hashAddAt(hash, flow, AT.ipv6Src + i);
  else if (type === ETHERTYPE.ip || type === ETHERTYPE.arp)
    for (let i = 0; i < 8; i += 4) hash = hashAddAt(hash, flow, AT.nwSrc + i);
  else return hashFinish(hash, TUPLE_SALT);
  const protocol = flow[AT.nwProto]!;
  hash = hashAdd(hash, protocol);
  if (WITH_PORTS.includes(protocol)) hash = hashAddAt(hash, flow, AT.tpSrc);
  return hashFinish(hash, TUPLE_SALT);
}

const TUPLE_SALT = 42;
