import { get16, set16 } from "../../../../packet/wire.ts";
import type { FlowField, Prerequisite } from "../../flow/field.ts";
import { allOnes, readField, writeField } from "../../flow/field-value.ts";
import { AT, CT_STATE, FRAGMENT, VLAN_PRESENT } from "../../flow/layout.ts";
import { placed, type Subfield } from "../field/subfield.ts";
import type { FieldValue } from "../field/value.ts";
import { ETHERTYPE, ND, PROTOCOL } from "../match/protocols.ts";
import { maskBits, maskBytes } from "./key-access.ts";

export const isIp = (flow: Uint8Array) => {
  const type = get16(flow, AT.ethType);
  return type === ETHERTYPE.ip || type === ETHERTYPE.ipv6;
};

export const isMpls = (flow: Uint8Array) => {
  const type = get16(flow, AT.ethType);
  return type === ETHERTYPE.mpls || type === ETHERTYPE.mplsMulticast;
};

export const isLaterFragment = (flow: Uint8Array) => (flow[AT.nwFrag]! & FRAGMENT.later) !== 0;

type Condition = (flow: Uint8Array, wanted: Uint8Array) => boolean;

/** A condition on the protocol of IP, which is looked at only where there is IP. */
function carries(protocol: number, type?: number): Condition {
  return (flow, wanted) => {
    if (type === undefined ? !isIp(flow) : get16(flow, AT.ethType) !== type) return false;
    maskBytes(wanted, AT.nwProto, 1);
    return flow[AT.nwProto] === protocol;
  };
}

/** The same of protocols with ports, which later fragments do not have. */
function carriesPorts(protocol: number): Condition {
  const isThere = carries(protocol);
  return (flow, wanted) => isThere(flow, wanted) && (flow[AT.nwFrag]! & FRAGMENT.later) === 0;
}

const ICMPV6 = carries(PROTOCOL.icmpv6, ETHERTYPE.ipv6);

function discovery(...types: readonly number[]): Condition {
  return (flow, wanted) => {
    if (!ICMPV6(flow, wanted)) return false;
    maskBytes(wanted, AT.tpSrc, 2);
    if (!types.includes(get16(flow, AT.tpSrc))) return false;
    maskBytes(wanted, AT.tpDst, 2);
    return get16(flow, AT.tpDst) === 0;
  };
}

/** Whether a flow has a field, looking at what says so (mf_are_prereqs_ok of lib/meta-flow.c). */
const CONDITIONS: Readonly<Record<Prerequisite, Condition>> = {
  none: () => true,
  ethernet: (_, wanted) => {
    maskBytes(wanted, AT.packetType, 4);
    return true;
  },
  arp: (flow) => [ETHERTYPE.arp, ETHERTYPE.rarp].some((type) => type === get16(flow, AT.ethType)),
  vlan: (flow, wanted) => {
    maskBits(wanted, AT.vlanTci, VLAN_PRESENT);
    return (get16(flow, AT.vlanTci) & VLAN_PRESENT) !== 0;
  },
  ipv4: (flow) => get16(flow, AT.ethType) === ETHERTYPE.ip,
  ipv6: (flow) => get16(flow, AT.ethType) === ETHERTYPE.ipv6,
  ip: isIp,
  mpls: isMpls,
  nsh: (flow) => get16(flow, AT.ethType) === ETHERTYPE.nsh,
  tcp: carriesPorts(PROTOCOL.tcp),
  udp: carriesPorts(PROTOCOL.udp),
  sctp: carriesPorts(PROTOCOL.sctp),
  icmp4: carries(PROTOCOL.icmp, ETHERTYPE.ip),
  icmp6: ICMPV6,
  nd: discovery(ND.solicit, ND.advert),
  "nd-solicit": discovery(ND.solicit),
  "nd-advert": discovery(ND.advert),
  connection: (flow, wanted) => {
    const bits = CT_STATE.trk;
    wanted[AT.ctState + 3]! |= bits;
    return (flow[AT.ctState + 3]! & bits) !== 0;
  },
};

/** Whether a flow has a field; adds to `wanted` what says so. */
export function hasField(field: FlowField, flow: Uint8Array, wanted: Uint8Array): boolean {
  return CONDITIONS[field.prerequisite](flow, wanted);
}

/** Writes the bits of a field that `set` has, VLAN tags coming into being where they were not (mf_set_flow_value). */
export function writeFlowField(key: Uint8Array, field: FlowField, { value, mask }: FieldValue): void {
  const before = readField(key, field);
  writeField(key, field, (before & ~mask) | (value & mask));
  if (field.group !== "vlan") return;
  let tci = get16(key, AT.vlanTci);
  if (field.name === "dl_vlan" || field.name === "dl_vlan_pcp" || field.name === "vlan_pcp") tci |= VLAN_PRESENT;
  set16(key, AT.vlanTci, tci);
  if (get16(key, AT.vlanTpid) === 0 && tci !== 0) set16(key, AT.vlanTpid, ETHERTYPE.vlan);
}

/** Looks at bits of a field. */
export function wantBits(wanted: Uint8Array, field: FlowField, mask: bigint): void {
  writeFlowField(wanted, field, { value: mask, mask });
}

/** Looks at all of a field. */
export function wantAll(wanted: Uint8Array, field: FlowField): void {
  wantBits(wanted, field, allOnes(field.bits));
}

/** Looks at the bits of a subfield. */
export function wantSubfield(wanted: Uint8Array, subfield: Subfield): void {
  wantBits(wanted, subfield.field, placed(subfield, allOnes(subfield.bits)).mask);
}

/** Writes a subfield, and looks at what it writes over (nxm_reg_load). */
export function loadSubfield(flow: Uint8Array, wanted: Uint8Array, subfield: Subfield, value: bigint): void {
  wantSubfield(wanted, subfield);
  writeFlowField(flow, subfield.field, placed(subfield, value));
}
