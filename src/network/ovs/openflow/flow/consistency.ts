import type { FlowField, Prerequisite } from "../../flow/field.ts";
import { fieldNamed } from "../../flow/fields.ts";
import { AT, FRAGMENT } from "../../flow/layout.ts";
import type { Action } from "../action/action.ts";
import type { CtAction } from "../action/conntrack.ts";
import type { DecapAction, EncapAction } from "../action/encap.ts";
import type { LearnAction } from "../action/learn.ts";
import type { NestedAction } from "../action/nested.ts";
import { familyOf } from "../action/registry.ts";
import type { SetFieldAction } from "../action/set-field.ts";
import type { GotoTableAction, ResubmitAction } from "../action/tables.ts";
import type { TagAction } from "../action/tags.ts";
import { type Match, packetTypeOf } from "../match/match.ts";
import { ETHERTYPE, ND, PROTOCOL } from "../match/protocols.ts";
import { isOutputPort } from "../ports.ts";
import { FlowSyntaxError, type Piece } from "../text/syntax-error.ts";
import { isTracked } from "./prerequisites.ts";

/** Tags that a flow key holds (FLOW_MAX_VLAN_HEADERS). */
const MAX_VLANS = 2;

/** What a match, and the actions before, say of the packet at hand. */
interface Known {
  type: number | undefined;
  protocol: number | undefined;
  icmpType: number | undefined;
  /** Fragments that are not the first: they have no header of the transport layer. */
  isLater: boolean;
  /** Tags that are there for certain. */
  vlans: number;
  isEthernet: boolean;
  /** Belongs to a connection. */
  readonly isTracked: boolean;
}

/** Refuses actions on fields that no packet of the match is known to have (OFPBAC_MATCH_INCONSISTENT). */
export function checkConsistency(match: Match, actions: readonly Action[], table: number, list: Piece): void {
  const { key, mask } = match;
  const known: Known = {
    type: packetTypeOf(match) ?? (mask[AT.ethType] === 0xff ? number(key, AT.ethType) : undefined),
    protocol: mask[AT.nwProto] === 0xff ? key[AT.nwProto] : undefined,
    icmpType: mask[AT.tpSrc + 1] === 0xff ? number(key, AT.tpSrc) : undefined,
    isLater: (mask[AT.nwFrag]! & key[AT.nwFrag]! & FRAGMENT.later) !== 0,
    vlans: (mask[AT.vlanTci]! & key[AT.vlanTci]! & 0x10) !== 0 ? 1 : 0,
    isEthernet: packetTypeOf(match) === undefined,
    isTracked: isTracked(match),
  };
  checkActions(actions, known, table, list);
}

function checkActions(actions: readonly Action[], known: Known, table: number, list: Piece): void {
  for (const action of actions) {
    const family = familyOf(action);
    for (const field of family.fields?.(action) ?? []) if (!isThere(field, known)) throw inconsistent(field, list);
    checkPorts([action], list);
    const vid = VID.find((field) => action.kind === "set_field" && (action as SetFieldAction).field === field);
    if (vid !== undefined && known.vlans === 0) throw inconsistent(vid, list);
    if (action.kind === "resubmit" && (action as ResubmitAction).usesConnection && !known.isTracked)
      throw inconsistent(fieldNamed("ct_state")!, list);
    if (action.kind === "learn") checkLearn(action as LearnAction, known, list);
    if (action.kind === "ct" && !isTrackable(action as CtAction, known))
      throw inconsistent(fieldNamed("nw_proto")!, list);
    if (action.kind === "push_vlan" && known.vlans >= MAX_VLANS)
      throw new FlowSyntaxError(
        "actions are invalid with specified match (OFPBAC_BAD_TAG)",
        list,
        `At most ${MAX_VLANS} tags are known.`,
      );
    if (action.kind === "clone" || action.kind === "write_actions")
      checkActions((action as NestedAction).actions, { ...known }, table, list);
    follow(action, known);
    if (action.kind === "goto_table" && (action as GotoTableAction).table <= table)
      throw new FlowSyntaxError(
        `goto_table to table ${(action as GotoTableAction).table} is not past table ${table} (OFPBIC_BAD_TABLE_ID)`,
        list,
      );
  }
}

/** Refuses outputs to numbers that are reserved and no port. */
export function checkPorts(actions: readonly Action[], list: Piece): void {
  if (actions.every((action) => familyOf(action).ports?.(action).every(isOutputPort) ?? true)) return;
  throw new FlowSyntaxError(
    "actions are invalid with specified match (OFPBAC_BAD_OUT_PORT)",
    list,
    "That number is reserved, and no port.",
  );
}

/** What a learnt flow takes from the packet has to be there, and what it matches and writes in the flow that it is. */
function checkLearn({ specs }: LearnAction, known: Known, list: Piece): void {
  const learnt = { ...known, type: undefined, protocol: undefined, icmpType: undefined, isLater: false } as Known;
  for (const spec of specs) {
    if (typeof spec.source !== "bigint" && !isThere(spec.source.field, known))
      throw inconsistent(spec.source.field, list);
    if (spec.type === "output") continue;
    const { field } = spec.destination;
    if (!isThere(field, learnt)) throw inconsistent(field, list);
    if (spec.type !== "match" || typeof spec.source !== "bigint") continue;
    if (field.name === "eth_type") learnt.type = Number(spec.source);
    else if (field.name === "nw_proto") learnt.protocol = Number(spec.source);
    else if (/^icmp(?:v6)?_type$/.test(field.name)) learnt.icmpType = Number(spec.source);
  }
}

const VID = [fieldNamed("vlan_vid")!];

function inconsistent({ name, prerequisite }: FlowField, list: Piece): FlowSyntaxError {
  return new FlowSyntaxError(
    "actions are invalid with specified match (OFPBAC_MATCH_INCONSISTENT)",
    list,
    `${name} needs a match on ${prerequisite}.`,
  );
}

/** Connections are of IP; addresses that are translated are of the packet's version. */
function isTrackable({ nat, helper }: CtAction, { type, protocol }: Known): boolean {
  const length = nat?.addresses?.[0].length;
  if (helper !== undefined && protocol !== (helper === "ftp" ? PROTOCOL.tcp : PROTOCOL.udp)) return false;
  return isIp(type) && (length === undefined || (length === 4) === (type === ETHERTYPE.ip));
}

function follow(action: Action, known: Known): void {
  if (action.kind === "push_vlan") known.vlans++;
  else if (action.kind === "mod" && /^mod_vlan/.test((action as Action & { name: string }).name))
    known.vlans = Math.max(known.vlans, 1);
  else if (action.kind === "strip_vlan") known.vlans = Math.max(known.vlans - 1, 0);
  else if (action.kind === "encap" || action.kind === "decap")
    followHeaders(action as EncapAction | DecapAction, known);
  else if (action.kind === "push_mpls" || action.kind === "pop_mpls") known.type = (action as TagAction).ethertype;
}

/** What encap and decap leave known of the packet (ofpact_check__). */
function followHeaders(action: EncapAction | DecapAction, known: Known): void {
  if (action.kind === "encap" && action.header === "ethernet") known.isEthernet = true;
  else if (action.kind === "decap" && known.isEthernet) known.isEthernet = false;
  else {
    known.type = action.kind === "encap" ? ETHERTYPE.nsh : undefined;
    known.protocol = undefined;
    known.icmpType = undefined;
    known.isEthernet = false;
    known.vlans = 0;
  }
}

const isIp = (type: number | undefined) => type === ETHERTYPE.ip || type === ETHERTYPE.ipv6;

const CONDITIONS: Readonly<Record<Prerequisite, (known: Known) => boolean>> = {
  none: () => true,
  ethernet: ({ isEthernet }) => isEthernet,
  arp: ({ type }) => type === ETHERTYPE.arp || type === ETHERTYPE.rarp,
  vlan: ({ vlans, isEthernet }) => isEthernet && vlans > 0,
  ipv4: ({ type }) => type === ETHERTYPE.ip,
  ipv6: ({ type }) => type === ETHERTYPE.ipv6,
  ip: ({ type }) => isIp(type),
  nsh: ({ type }) => type === ETHERTYPE.nsh,
  mpls: ({ type }) => type === ETHERTYPE.mpls || type === ETHERTYPE.mplsMulticast,
  tcp: ({ type, protocol, isLater }) => !isLater && isIp(type) && protocol === PROTOCOL.tcp,
  udp: ({ type, protocol, isLater }) => !isLater && isIp(type) && protocol === PROTOCOL.udp,
  sctp: ({ type, protocol, isLater }) => !isLater && isIp(type) && protocol === PROTOCOL.sctp,
  icmp4: ({ type, protocol, isLater }) => !isLater && type === ETHERTYPE.ip && protocol === PROTOCOL.icmp,
  icmp6: ({ type, protocol, isLater }) => !isLater && type === ETHERTYPE.ipv6 && protocol === PROTOCOL.icmpv6,
  nd: (known) => isNd(known, ND.solicit) || isNd(known, ND.advert),
  "nd-solicit": (known) => isNd(known, ND.solicit),
  "nd-advert": (known) => isNd(known, ND.advert),
  connection: ({ type }) => isIp(type),
};

function isThere({ prerequisite }: FlowField, known: Known): boolean {
  return CONDITIONS[prerequisite](known);
}

function isNd({ type, protocol, icmpType, isLater }: Known, wanted: number): boolean {
  return !isLater && type === ETHERTYPE.ipv6 && protocol === PROTOCOL.icmpv6 && icmpType === wanted;
}

function number(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!;
}
