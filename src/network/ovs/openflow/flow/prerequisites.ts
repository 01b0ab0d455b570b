import type { FlowField } from "../../flow/field.ts";
import { FIELDS, fieldNamed } from "../../flow/fields.ts";
import { AT, CT_STATE, FRAGMENT } from "../../flow/layout.ts";
import { type Match, packetTypeOf } from "../match/match.ts";
import { ETHERTYPE, PROTOCOL } from "../match/protocols.ts";
import { FlowSyntaxError, type Piece } from "../text/syntax-error.ts";

const TUPLE = FIELDS.filter(({ name }) => /^ct_(?:nw|ipv6)_/.test(name));
const TUPLE4 = FIELDS.filter(({ name }) => name.startsWith("ct_nw_") && name !== "ct_nw_proto");
const TUPLE6 = FIELDS.filter(({ name }) => name.startsWith("ct_ipv6_"));
const SERVICE = FIELDS.filter(({ name }) => name.startsWith("nsh_"));
const LINK = ["eth_src", "eth_dst", "eth_type", "vlan_tci"].map((name) => fieldNamed(name)!);
/** What packets have and OpenFlow has no name for. */
const NAMELESS = ["skb_priority", "tun_ttl", "tun_tos"].map((name) => fieldNamed(name)!);
const LARGEST_NSH_TTL = 63;

/**
 * Refuses fields that a switch would not take since the match does not say that its packets have them. Others that are
 * not there for certain are left out of the match (normalizeMatch).
 */
export function checkPrerequisites(match: Match, piece: Piece): void {
  const { key, mask } = match;
  const asks = (from: number, to: number) => mask.subarray(from, to).some((byte) => byte !== 0);
  const asksFor = ({ offset, size }: FlowField) => asks(offset, offset + size);
  const refuse = (complaint: string, hint: string) => {
    throw new FlowSyntaxError(complaint, piece, hint);
  };
  const nameless = NAMELESS.find(asksFor);
  if (nameless !== undefined)
    refuse(`${nameless.name} cannot be matched`, "OpenFlow has no such field: only ofproto/trace takes it.");
  const type = packetTypeOf(match) ?? (key[AT.ethType]! << 8) | key[AT.ethType + 1]!;
  if (packetTypeOf(match) !== undefined && LINK.some(asksFor))
    refuse("packets that are not Ethernet have no such header (OFPBMC_BAD_PREREQ)", "packet_type=(0,0) is Ethernet.");
  if (type !== ETHERTYPE.nsh && SERVICE.some(asksFor))
    refuse("a network service header needs a match on it (OFPBMC_BAD_PREREQ)", "dl_type=0x894f is expected.");
  if (key[AT.nshTtl]! > LARGEST_NSH_TTL)
    refuse("nsh_ttl is too large (OFPBMC_BAD_VALUE)", `At most ${LARGEST_NSH_TTL} is expected.`);
  if (TUPLE.some(asksFor) && !isTracked(match))
    refuse(
      "the original direction of a connection needs one (OFPBMC_BAD_PREREQ)",
      "ct_state with one of +new, +est, +rel, +rpl, +snat and +dnat, or +trk-inv, says that there is one.",
    );
  const version = type === ETHERTYPE.ip ? 4 : type === ETHERTYPE.ipv6 ? 6 : undefined;
  if ((version !== 4 && TUPLE4.some(asksFor)) || (version !== 6 && TUPLE6.some(asksFor)))
    refuse("a connection's addresses need a match on their version (OFPBMC_BAD_PREREQ)", "ip or ipv6 is expected.");
  const isLater = (key[AT.nwFrag]! & mask[AT.nwFrag]! & FRAGMENT.later) !== 0;
  const isIcmp = key[AT.nwProto] === PROTOCOL.icmp || key[AT.nwProto] === PROTOCOL.icmpv6;
  if (isLater && !isIcmp && (asks(AT.tpSrc, AT.ctTpSrc) || asks(AT.tcpFlags, AT.ndOptionsType)))
    refuse(
      "ports and flags of later fragments cannot be matched (OFPBMC_BAD_PREREQ)",
      "Without nw_frag=later, or with nw_frag=not_later, they can.",
    );
}

/** Whether a match says that a packet belongs to a connection (is_ct_valid of lib/flow.h). */
export function isTracked({ key, mask }: Match): boolean {
  const state = key[AT.ctState + 3]!;
  if ((state & ~(CT_STATE.trk | CT_STATE.inv)) !== 0) return true;
  return (state & CT_STATE.trk) !== 0 && (mask[AT.ctState + 3]! & ~state & CT_STATE.inv) !== 0;
}
