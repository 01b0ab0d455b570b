import { FIELDS } from "../../flow/fields.ts";
import { AT } from "../../flow/layout.ts";
import { type Match, packetTypeOf } from "./match.ts";
import { ETHERTYPE, ND, PROTOCOL } from "./protocols.ts";

type Range = readonly [from: number, to: number];

/** What only certain packets have, with the condition that they are such packets. */
const CONDITIONAL: readonly { readonly bytes: readonly Range[]; readonly has: (seen: Seen) => boolean }[] = [
  { bytes: [[AT.nwSrc, AT.ctNwSrc]], has: ({ type }) => type === ETHERTYPE.ip || isArp(type) },
  { bytes: [[AT.nwProto, AT.ndTarget]], has: ({ type }) => isIp(type) || isArp(type) },
  { bytes: [[AT.nwFrag, AT.nwProto]], has: ({ type }) => isIp(type) },
  {
    bytes: [
      [AT.ipv6Src, AT.ctIpv6Src],
      [AT.ipv6Label, AT.nwFrag],
    ],
    has: ({ type }) => type === ETHERTYPE.ipv6,
  },
  { bytes: [[AT.tpSrc, AT.ctTpSrc]], has: hasPorts },
  { bytes: [[AT.tcpFlags, AT.ndOptionsType]], has: ({ type, protocol }) => isIp(type) && protocol === PROTOCOL.tcp },
  { bytes: [[AT.ndTarget, AT.arpSha]], has: (seen) => isNd(seen, ND.solicit) || isNd(seen, ND.advert) },
  { bytes: [[AT.arpSha, AT.arpTha]], has: (seen) => isArp(seen.type) || isNd(seen, ND.solicit) },
  { bytes: [[AT.arpTha, AT.nshFlags]], has: (seen) => isArp(seen.type) || isNd(seen, ND.advert) },
  { bytes: [[AT.nshFlags, AT.tcpFlags]], has: ({ type }) => type === ETHERTYPE.nsh },
  { bytes: [[AT.ctTpSrc, AT.igmpGroup]], has: ({ hasConnectionProtocol }) => hasConnectionProtocol },
  {
    bytes: [[AT.mpls, AT.nwSrc]],
    has: ({ type }) => type === ETHERTYPE.mpls || type === ETHERTYPE.mplsMulticast,
  },
];

/** What a match says of the packet's kind; undefined: nothing. */
interface Seen {
  readonly type: number | undefined;
  readonly protocol: number | undefined;
  readonly icmpType: number | undefined;
  /** It says the protocol of the connection's original direction. */
  readonly hasConnectionProtocol: boolean;
}

const isIp = (type: number | undefined) => type === ETHERTYPE.ip || type === ETHERTYPE.ipv6;
const isArp = (type: number | undefined) => type === ETHERTYPE.arp || type === ETHERTYPE.rarp;

function hasPorts({ type, protocol }: Seen): boolean {
  if (!isIp(type)) return false;
  return (
    protocol === PROTOCOL.tcp ||
    protocol === PROTOCOL.udp ||
    protocol === PROTOCOL.sctp ||
    protocol === (type === ETHERTYPE.ip ? PROTOCOL.icmp : PROTOCOL.icmpv6)
  );
}

function isNd({ type, protocol, icmpType }: Seen, wanted: number): boolean {
  return type === ETHERTYPE.ipv6 && protocol === PROTOCOL.icmpv6 && icmpType === wanted;
}

/**
 * Takes out of a match what its packets cannot have, ports without a protocol that has them say, as Open vSwitch does
 * (ofputil_normalize_match); returns the names of the fields that went.
 */
export function normalizeMatch(match: Match): string[] {
  const { key, mask } = match;
  const exact = (at: number, count: number) => mask.subarray(at, at + count).every((byte) => byte === 0xff);
  const seen: Seen = {
    type: packetTypeOf(match) ?? (exact(AT.ethType, 2) ? (key[AT.ethType]! << 8) | key[AT.ethType + 1]! : undefined),
    hasConnectionProtocol: exact(AT.ctNwProto, 1),
    protocol: exact(AT.nwProto, 1) ? key[AT.nwProto]! : undefined,
    icmpType: exact(AT.tpSrc, 2) ? (key[AT.tpSrc]! << 8) | key[AT.tpSrc + 1]! : undefined,
  };
  const gone = new Set<string>();
  for (const { bytes, has } of CONDITIONAL) {
    if (has(seen)) continue;
    for (const [from, to] of bytes) {
      if (mask.subarray(from, to).every((byte) => byte === 0)) continue;
      const shared = new Set<number>();
      for (const { name, aliases, offset, size } of FIELDS) {
        if (offset < from || offset >= to || mask.subarray(offset, offset + size).every((byte) => byte === 0)) continue;
        // Fields of several protocols share bytes: what they have in common is named once.
        if (!shared.has(offset + size)) gone.add(aliases[0] ?? name);
        shared.add(offset + size);
      }
      key.fill(0, from, to);
      mask.fill(0, from, to);
    }
  }
  return [...gone];
}
