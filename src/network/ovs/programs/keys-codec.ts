import { OVS_FLOW_KEYS_BYTES, USER_KEYS } from "../../../hooks/ovs/flow-keys.ts";
import { copyBytes, get16 } from "../../../packet/wire.ts";
import { ETH } from "../flow/extract-network.ts";
import { AT, DATAPATH_SIZE, KEY_SIZE, VLAN_PRESENT } from "../flow/layout.ts";

/* Between struct ovs_flow_keys and the datapath's own keys. */

/** Offset in the struct, offset in a key, length. */
type Range = readonly [number, number, number];

/** What parsers cannot change. */
const GIVEN: readonly Range[] = [
  [0, AT.recircId, 4],
  [4, AT.dpHash, 4],
  [8, AT.skbPriority, 4],
  [12, AT.inPort, 4],
  [16, AT.skbMark, 4],
  [20, AT.ctState, 4],
  [24, AT.ctZone, 2],
  [28, AT.ctMark, 4],
  [32, AT.ctLabel, 16],
  [48, AT.tunId, 16],
  [64, AT.tunFlags, 4],
];
/** Bytes of the struct up to where what parsers find out begins. */
const GIVEN_BYTES = 68;
const PARSED: readonly Range[] = [
  [68, AT.ethDst, 12],
  [80, AT.ethType, 10],
  [92, AT.mpls, 12],
  [104, AT.nwProto, 1],
  [105, AT.nwTos, 1],
  [106, AT.nwTtl, 1],
  [107, AT.nwFrag, 1],
  [108, AT.nwSrc, 8],
  [116, AT.ipv6Src, 32],
  [148, AT.ipv6Label, 4],
  [152, AT.tpSrc, 4],
  [156, AT.tcpFlags, 2],
  [160, AT.arpSha, 12],
  [172, AT.ndTarget, 16],
  [USER_KEYS.offset, AT.user, USER_KEYS.length],
];

/** Which byte of a key stands at each of the struct, NOTHING where none does: for each packet, so in one loop. */
const NOTHING = KEY_SIZE;
const FROM_ALL = sources([...GIVEN, ...PARSED]);
const FROM_GIVEN = sources(GIVEN);

function sources(ranges: readonly Range[]): Uint16Array {
  const from = new Uint16Array(OVS_FLOW_KEYS_BYTES).fill(NOTHING);
  for (const [offset, at, length] of ranges) for (let i = 0; i < length; i++) from[offset + i] = at + i;
  return from;
}

/** Writes a key as the struct at `at`. @param isParser what a parser is to find out is zero. */
export function exportKeys(key: Uint8Array, bytes: Uint8Array, at: number, isParser: boolean): void {
  const from = isParser ? FROM_GIVEN : FROM_ALL;
  const length = isParser ? GIVEN_BYTES : OVS_FLOW_KEYS_BYTES;
  if (isParser) bytes.fill(0, at + GIVEN_BYTES, at + OVS_FLOW_KEYS_BYTES);
  for (let i = 0; i < length; i++) {
    const source = from[i]!;
    bytes[at + i] = source === NOTHING ? 0 : key[source]!;
  }
}

/** Takes what a parser found out in the place of what the key has. */
export function importKeys(bytes: Uint8Array, at: number, key: Uint8Array): void {
  key.fill(0, AT.ethDst, DATAPATH_SIZE);
  for (const [offset, to, length] of PARSED) copyBytes(key, to, bytes, at + offset, length);
}

/** Takes a parser's own words alone. */
export function importUserKeys(bytes: Uint8Array, at: number, key: Uint8Array): void {
  copyBytes(key, AT.user, bytes, at + USER_KEYS.offset, USER_KEYS.length);
}

/** A mask given as the struct. */
export function importMask(bytes: Uint8Array, at: number, mask: Uint8Array): void {
  mask.fill(0);
  for (const ranges of [GIVEN, PARSED])
    for (const [offset, to, length] of ranges) copyBytes(mask, to, bytes, at + offset, length);
}

/** What makes no sense in a key, in words; undefined: nothing (what Open vSwitch refuses in ovs_nla_get_match and the like). */
export function keyProblem(key: Uint8Array): string | undefined {
  if ((get16(key, AT.vlanTci) & VLAN_PRESENT) === 0 && !isZero(key, AT.vlanTpid, 4))
    return "a VLAN tag that is not there";
  if ((get16(key, AT.innerVlanTci) & VLAN_PRESENT) === 0 && !isZero(key, AT.innerVlanTpid, 4))
    return "an inner VLAN tag that is not there";
  if (isZero(key, AT.vlanTpid, 4) && !isZero(key, AT.innerVlanTpid, 4)) return "an inner VLAN tag without an outer one";
  const type = get16(key, AT.ethType);
  const isIpv4 = type === ETH.ipv4;
  const isIpv6 = type === ETH.ipv6;
  const isArp = type === ETH.arp || type === ETH.rarp;
  if (!isIpv4 && !isArp && !isZero(key, AT.nwSrc, 8)) return "IPv4 addresses in what is not IPv4";
  if (!isIpv6 && !(isZero(key, AT.ipv6Src, 32) && isZero(key, AT.ipv6Label, 4))) return "IPv6 in what is not IPv6";
  if (!isIpv4 && !isIpv6 && !isArp && key[AT.nwProto] !== 0) return "an IP protocol in what is not IP";
  if (!isIpv4 && !isIpv6 && !isZero(key, AT.tpSrc, 4)) return "ports in what is not IP";
  if (!isIpv4 && !isIpv6 && key[AT.nwFrag] !== 0) return "a fragment in what is not IP";
  if (key[AT.nwFrag]! > 3 || key[AT.nwFrag] === 2) return "a fragment of an unknown kind";
  if (type !== ETH.mpls && type !== ETH.mplsMulticast && !isZero(key, AT.mpls, 12))
    return "MPLS labels in what is not MPLS";
  return undefined;
}

function isZero(key: Uint8Array, at: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (key[at + i] !== 0) return false;
  return true;
}
