import { get16, set16 } from "../../../../packet/wire.ts";
import { VLAN_PRESENT } from "../../flow/layout.ts";
import type { OpenFlowPort } from "../bridge/port.ts";
import { ETHERTYPE } from "../match/protocols.ts";
import { vlanAt } from "./tags.ts";

/** A tag as NORMAL handles it; a vid of 0: no VLAN. */
export interface Vlan {
  readonly tpid: number;
  readonly vid: number;
  /** In its place in a TCI. */
  readonly pcp: number;
}

const NONE: Vlan = { tpid: 0, vid: 0, pcp: 0 };
/** Bits of a TCI that say the priority. */
export const PCP = 0xe000;

/** The tags of a flow, outermost first (xvlan_extract). */
export function extractVlans(flow: Uint8Array): [Vlan, Vlan] {
  const vlans: [Vlan, Vlan] = [NONE, NONE];
  for (const i of [0, 1] as const) {
    const tpid = get16(flow, vlanAt(i));
    const tci = get16(flow, vlanAt(i) + 2);
    if ((tpid !== ETHERTYPE.vlan && tpid !== ETHERTYPE.serviceVlan) || (tci & VLAN_PRESENT) === 0) break;
    vlans[i] = { tpid, vid: tci & 0xfff, pcp: tci & PCP };
  }
  return vlans;
}

/** Puts tags into a flow; one that says nothing goes, unless `keepsEmpty` (xvlan_put). */
export function putVlans(flow: Uint8Array, vlans: readonly Vlan[], keepsEmpty: boolean): void {
  for (const [i, { tpid, vid, pcp }] of vlans.entries()) {
    const tci = vid | pcp;
    const isTag = tci !== 0 || (keepsEmpty && tpid !== 0);
    if (isTag) set16(flow, vlanAt(i), tpid === 0 ? ETHERTYPE.vlan : tpid);
    set16(flow, vlanAt(i) + 2, isTag ? tci | VLAN_PRESENT : 0);
  }
}

/** Whether a port lets packets with this VLAN in (input_vid_is_valid); otherwise what is wrong with it. */
export function refusal(port: OpenFlowPort, vid: number): string | undefined {
  const { name, vlanMode, tag, trunks } = port;
  if (vlanMode === "dot1q-tunnel")
    return takesCustomer(port, vid)
      ? undefined
      : `dropping VLAN ${vid} packet received on dot1q-tunnel port ${name} that excludes this VLAN`;
  if (vlanMode === "access")
    return vid === 0
      ? undefined
      : `dropping VLAN ${vid} tagged packet received on port ${name} configured as VLAN ${tag} access port`;
  if (vid === 0 && vlanMode !== "trunk") return undefined;
  return trunks === undefined || trunks.has(vid) || (vlanMode !== "trunk" && vid === tag)
    ? undefined
    : `dropping VLAN ${vid} packet received on port ${name} not configured for trunking VLAN ${vid}`;
}

/** The VLANs of a packet inside of the bridge (xvlan_input_translate). */
export function insideVlans(port: OpenFlowPort, [outer, inner]: readonly [Vlan, Vlan]): [Vlan, Vlan] {
  const { vlanMode, tag, qinqTpid } = port;
  if (vlanMode === "dot1q-tunnel") return [{ tpid: qinqTpid, vid: tag, pcp: 0 }, outer];
  const tpid = outer.tpid === 0 ? ETHERTYPE.vlan : outer.tpid;
  if (vlanMode === "access") return [{ tpid, vid: tag, pcp: outer.pcp }, NONE];
  if (vlanMode === "trunk" || outer.vid !== 0) return [outer, inner];
  return [{ tpid, vid: tag, pcp: outer.pcp }, inner];
}

/** The tags with which a packet leaves by a port (xvlan_output_translate). */
export function outsideVlans({ vlanMode, tag }: OpenFlowPort, [outer, inner]: readonly [Vlan, Vlan]): [Vlan, Vlan] {
  if (vlanMode === "access") return [NONE, NONE];
  if (vlanMode === "dot1q-tunnel") return [inner, NONE];
  return vlanMode === "native-untagged" && outer.vid === tag ? [inner, NONE] : [outer, inner];
}

/** Whether packets of these VLANs go out by a port (xbundle_includes_vlan). */
export function includesVlan(port: OpenFlowPort, [outer, inner]: readonly [Vlan, Vlan]): boolean {
  const { vlanMode, tag, trunks } = port;
  if (vlanMode === "dot1q-tunnel") return outer.vid === tag && takesCustomer(port, inner.vid);
  if (vlanMode === "access") return outer.vid === tag && inner.vid === 0;
  return trunks === undefined || trunks.has(outer.vid) || (vlanMode !== "trunk" && outer.vid === tag);
}

function takesCustomer({ customerVlans }: OpenFlowPort, vid: number): boolean {
  return customerVlans === undefined || customerVlans.has(vid);
}
