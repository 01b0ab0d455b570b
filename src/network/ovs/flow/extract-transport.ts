import { copyBytes, get16, get32 } from "../../../packet/wire.ts";
import { AT } from "./layout.ts";

const TCP = 6;
const UDP = 17;
const ICMP = 1;
const IGMP = 2;
const ICMPV6 = 58;
const SCTP = 132;

const SOLICITATION = 135;
const ADVERTISEMENT = 136;
/** Header and target of a neighbour solicitation or advertisement. */
const NEIGHBOUR_MESSAGE = 24;
const SOURCE_ADDRESS = 1;
const TARGET_ADDRESS = 2;

/** Ports, flags, types and codes of the transport header at `at`; nothing where it is cut off. */
export function extractTransport(
  bytes: Uint8Array,
  at: number,
  end: number,
  protocol: number,
  family: 4 | 6,
  key: Uint8Array,
): void {
  const length = end - at;
  switch (protocol) {
    case TCP: {
      const header = length < 20 ? 0 : (bytes[at + 12]! >> 4) * 4;
      if (header < 20 || length < header) return;
      copyBytes(key, AT.tpSrc, bytes, at, 4);
      key[AT.tcpFlags] = bytes[at + 12]! & 0x0f;
      key[AT.tcpFlags + 1] = bytes[at + 13]!;
      return;
    }
    case UDP:
      if (length >= 8) copyBytes(key, AT.tpSrc, bytes, at, 4);
      return;
    case SCTP:
      if (length >= 12) copyBytes(key, AT.tpSrc, bytes, at, 4);
      return;
    case ICMP:
      if (family === 4 && length >= 8) typeAndCode(bytes, at, key);
      return;
    case IGMP:
      // Only Open vSwitch's user space looks into IGMP, for the snooping of NORMAL (lib/flow.c).
      if (family === 4 && length >= 8) {
        typeAndCode(bytes, at, key);
        copyBytes(key, AT.igmpGroup, bytes, at + 4, 4);
      }
      return;
    case ICMPV6:
      if (family === 6 && length >= 8) icmpv6(bytes, at, length, key);
      return;
  }
}

function typeAndCode(bytes: Uint8Array, at: number, key: Uint8Array): void {
  key[AT.tpSrc + 1] = bytes[at]!;
  key[AT.tpDst + 1] = bytes[at + 1]!;
}

/** With target and link layer addresses of neighbour discovery; none of these where an option comes twice (parse_icmpv6). */
function icmpv6(bytes: Uint8Array, at: number, length: number, key: Uint8Array): void {
  typeAndCode(bytes, at, key);
  const type = bytes[at]!;
  if (bytes[at + 1] !== 0 || (type !== SOLICITATION && type !== ADVERTISEMENT)) return;
  if (length < NEIGHBOUR_MESSAGE) return;
  copyBytes(key, AT.ndReserved, bytes, at + 4, 4);
  copyBytes(key, AT.ndTarget, bytes, at + 8, 16);
  for (let offset = NEIGHBOUR_MESSAGE; length - offset >= 8; ) {
    const option = bytes[at + offset]!;
    const size = bytes[at + offset + 1]! * 8;
    if (size === 0 || size > length - offset) return;
    if (size === 8 && (option === SOURCE_ADDRESS || option === TARGET_ADDRESS)) {
      const slot = option === SOURCE_ADDRESS ? AT.arpSha : AT.arpTha;
      if (get32(key, slot) !== 0 || get16(key, slot + 4) !== 0) {
        key.fill(0, AT.ndTarget, AT.ndTarget + 16);
        key.fill(0, AT.arpSha, AT.arpTha + 6);
        return;
      }
      copyBytes(key, slot, bytes, at + offset + 2, 6);
    }
    if (key[AT.ndOptionsType] === 0) key[AT.ndOptionsType] = option;
    offset += size;
  }
}
