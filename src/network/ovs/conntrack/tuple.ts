import { copyBytes, get16, set16 } from "../../../packet/wire.ts";
import { AT } from "../flow/layout.ts";
import { TUPLE, TUPLE_SIZE } from "./connection.ts";

/* Tuples: what tells connections apart, one for each direction (struct nf_conntrack_tuple). */

const ETH_P_IP = 0x0800;
const ETH_P_IPV6 = 0x86dd;
export const PROTOCOL = { icmp: 1, tcp: 6, udp: 17, icmpv6: 58, sctp: 132 } as const;

/** Types of ICMP that ask, and what answers them: echo, time stamp, information, address mask. */
const ANSWERS: Readonly<Record<number, number>> = { 8: 0, 0: 8, 13: 14, 14: 13, 15: 16, 16: 15, 17: 18, 18: 17 };
/** Of ICMPv6: echo, node information. */
const ANSWERS6: Readonly<Record<number, number>> = { 128: 129, 129: 128, 139: 140, 140: 139 };
const REQUESTS: readonly number[] = [8, 13, 15, 17];
const REQUESTS6: readonly number[] = [128, 139];

/**
 * Fills the tuple of a packet in a zone. Where ports stand of others, ICMP has the identifier, and type and code. False: it is none
 * that is tracked, as IP must be.
 * @param identifier of ICMP messages that have one.
 */
export function readTuple(key: Uint8Array, zone: number, identifier: number, tuple: Uint8Array): boolean {
  const type = get16(key, AT.ethType);
  tuple.fill(0);
  if (type === ETH_P_IP) {
    copyBytes(tuple, TUPLE.source, key, AT.nwSrc, 4);
    copyBytes(tuple, TUPLE.destination, key, AT.nwDst, 4);
    tuple[TUPLE.family] = 4;
  } else if (type === ETH_P_IPV6) {
    copyBytes(tuple, TUPLE.source, key, AT.ipv6Src, 32);
    tuple[TUPLE.family] = 6;
  } else return false;
  const protocol = key[AT.nwProto]!;
  tuple[TUPLE.protocol] = protocol;
  set16(tuple, TUPLE.zone, zone);
  if (isIcmp(protocol)) {
    set16(tuple, TUPLE.sourcePort, identifier);
    tuple[TUPLE.destinationPort] = key[AT.tpSrc + 1]!;
    tuple[TUPLE.destinationPort + 1] = key[AT.tpDst + 1]!;
  } else copyBytes(tuple, TUPLE.sourcePort, key, AT.tpSrc, 4);
  return true;
}

/** The tuple of what answers; false: nothing does (nf_ct_invert_tuple). */
export function invertTuple(tuple: Uint8Array, inverse: Uint8Array): boolean {
  copyBytes(inverse, TUPLE.source, tuple, TUPLE.destination, 16);
  copyBytes(inverse, TUPLE.destination, tuple, TUPLE.source, 16);
  copyBytes(inverse, TUPLE.zone, tuple, TUPLE.zone, 4);
  const protocol = tuple[TUPLE.protocol]!;
  if (isIcmp(protocol)) {
    const answer = (protocol === PROTOCOL.icmp ? ANSWERS : ANSWERS6)[tuple[TUPLE.destinationPort]!];
    copyBytes(inverse, TUPLE.sourcePort, tuple, TUPLE.sourcePort, 2);
    inverse[TUPLE.destinationPort] = answer ?? 0;
    inverse[TUPLE.destinationPort + 1] = tuple[TUPLE.destinationPort + 1]!;
    return answer !== undefined;
  }
  copyBytes(inverse, TUPLE.sourcePort, tuple, TUPLE.destinationPort, 2);
  copyBytes(inverse, TUPLE.destinationPort, tuple, TUPLE.sourcePort, 2);
  return true;
}

/** Whether a packet of the tuple may begin a connection, as far as the tuple tells: an ICMP answer may not. */
export function mayBegin(tuple: Uint8Array): boolean {
  const type = tuple[TUPLE.destinationPort]!;
  if (tuple[TUPLE.protocol] === PROTOCOL.icmp) return REQUESTS.includes(type);
  return tuple[TUPLE.protocol] !== PROTOCOL.icmpv6 || REQUESTS6.includes(type);
}

export function isIcmp(protocol: number): boolean {
  return protocol === PROTOCOL.icmp || protocol === PROTOCOL.icmpv6;
}

export function sameTuple(a: Uint8Array, b: Uint8Array): boolean {
  for (let i = 0; i < TUPLE_SIZE; i++) if (a[i] !== b[i]) return false;
  return true;
}

export function hashTuple(tuple: Uint8Array): number {
  let hash = 0;
  for (let i = 0; i < TUPLE_SIZE; i += 2) {
    hash = Math.imul(hash ^ get16(tuple, i), 0x9e37_79b1);
    hash ^= hash >>> 15;
  }
  return hash;
}
