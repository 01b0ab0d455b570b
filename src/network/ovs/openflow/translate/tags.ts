import { get16, get32, set16, set32 } from "../../../../packet/wire.ts";
import { AT, DATAPATH_SIZE, MPLS_LABELS, VLAN_PRESENT } from "../../flow/layout.ts";
import { ETHERTYPE } from "../match/protocols.ts";
import { isIp, isMpls } from "./fields.ts";
import { maskBytes } from "./key-access.ts";

/** Bits of a label stack entry (RFC 3032, RFC 5462). */
export const LSE = { label: 0xfffff000, trafficClass: 0x0e00, bottom: 0x0100, ttl: 0x00ff } as const;
/** Labels that say what lies below where nothing else does. */
const EXPLICIT_NULL = { ipv4: 0, ipv6: 2 } as const;
const DEFAULT_TTL = 64;
const VLANS = 2;

export const vlanAt = (i: number) => AT.vlanTpid + 4 * i;
export const labelAt = (i: number) => AT.mpls + 4 * i;

/** Tags that a flow has (flow_count_vlan_headers). */
export function vlanCount(flow: Uint8Array): number {
  let count = 0;
  while (count < VLANS && (get16(flow, vlanAt(count) + 2) & VLAN_PRESENT) !== 0) count++;
  return count;
}

/** Makes room for a tag before the others (flow_push_vlan_uninit). */
export function pushVlanTag(flow: Uint8Array, wanted: Uint8Array, tpid: number): void {
  maskBytes(wanted, AT.vlanTpid, 4 * vlanCount(flow));
  flow.copyWithin(vlanAt(1), vlanAt(0), vlanAt(1));
  set16(flow, vlanAt(0), tpid);
  set16(flow, vlanAt(0) + 2, VLAN_PRESENT);
}

/** Takes the outermost tag off (flow_pop_vlan). */
export function popVlanTag(flow: Uint8Array, wanted: Uint8Array): void {
  const count = vlanCount(flow);
  if (count === 0) return;
  if (count > 1) {
    maskBytes(wanted, vlanAt(1), 4 * (count - 1));
    flow.copyWithin(vlanAt(0), vlanAt(1), vlanAt(count));
  }
  flow.fill(0, vlanAt(count - 1), vlanAt(count));
}

/** Labels that a flow has, as far as a key holds them; `wanted`: looks at the bits that tell (flow_count_mpls_labels). */
export function labelCount(flow: Uint8Array, wanted?: Uint8Array): number {
  if (!isMpls(flow)) return 0;
  for (let i = 0; i < MPLS_LABELS; i++) {
    if (wanted !== undefined) set32(wanted, labelAt(i), get32(wanted, labelAt(i)) | LSE.bottom);
    if ((get32(flow, labelAt(i)) & LSE.bottom) !== 0) return i + 1;
  }
  return MPLS_LABELS;
}

/** Puts a label before `count` others (flow_push_mpls); `clearsBelow`: what lies below is no longer known. */
export function pushLabel(
  flow: Uint8Array,
  count: number,
  ethertype: number,
  wanted: Uint8Array | undefined,
  clearsBelow: boolean,
): void {
  if (count > 0) {
    if (wanted !== undefined) maskBytes(wanted, AT.mpls, 4 * count);
    flow.copyWithin(labelAt(1), labelAt(0), labelAt(Math.min(count, MPLS_LABELS - 1)));
    set32(flow, labelAt(0), get32(flow, labelAt(1)) & ~LSE.bottom);
  } else {
    const label = get16(flow, AT.ethType) === ETHERTYPE.ipv6 ? EXPLICIT_NULL.ipv6 : EXPLICIT_NULL.ipv4;
    let trafficClass = 0;
    let ttl = DEFAULT_TTL;
    if (isIp(flow)) {
      trafficClass = (flow[AT.nwTos]! >> 2) & 7;
      if (wanted !== undefined) {
        wanted[AT.nwTos]! |= 0xfc;
        wanted[AT.nwTtl] = 0xff;
      }
      if (flow[AT.nwTtl] !== 0) ttl = flow[AT.nwTtl]!;
    }
    set32(flow, labelAt(0), (label << 12) | (trafficClass << 9) | LSE.bottom | ttl);
    if (clearsBelow) {
      flow.fill(0, AT.nwSrc, DATAPATH_SIZE);
      set32(flow, AT.dpHash, 0);
    }
  }
  set16(flow, AT.ethType, ethertype);
}

/** Takes the outermost of `count` labels off; false where that cannot be done (flow_pop_mpls). */
export function popLabel(flow: Uint8Array, count: number, ethertype: number, wanted?: Uint8Array): boolean {
  if (count === 0) return false;
  if (count === MPLS_LABELS) {
    if (wanted !== undefined) set32(wanted, labelAt(count - 1), get32(wanted, labelAt(count - 1)) | LSE.bottom);
    if ((get32(flow, labelAt(count - 1)) & LSE.bottom) === 0) return false;
  }
  if (wanted !== undefined) maskBytes(wanted, labelAt(1), 4 * (count - 1));
  flow.copyWithin(labelAt(0), labelAt(1), labelAt(count));
  set32(flow, labelAt(count - 1), 0);
  set16(flow, AT.ethType, ethertype);
  return true;
}
