import { get16, get32, set32 } from "../../../../packet/wire.ts";
import type { PushNshAction, SetGroup } from "../../datapath/action.ts";
import { AT, blankKey, DATAPATH_SIZE, VLAN_PRESENT } from "../../flow/layout.ts";
import { ETHERTYPE, PROTOCOL } from "../match/protocols.ts";
import { isIp, isMpls } from "./fields.ts";
import { copyPart, maskBytes, samePart } from "./key-access.ts";
import { isEthernet, PACKET_TYPE } from "./packet-type.ts";
import { LSE, labelAt, labelCount, popLabel, pushLabel, vlanAt, vlanCount } from "./tags.ts";
import type { Translation } from "./translation.ts";

type Part = readonly [at: number, count: number];

/** Parts of each group that actions write; what else belongs to the group never changes. */
const GROUPS = {
  eth: [
    [AT.ethSrc, 6],
    [AT.ethDst, 6],
  ],
  ipv4: [
    [AT.nwSrc, 4],
    [AT.nwDst, 4],
    [AT.nwTos, 1],
    [AT.nwTtl, 1],
  ],
  ipv6: [
    [AT.ipv6Src, 16],
    [AT.ipv6Dst, 16],
    [AT.ipv6Label, 4],
    [AT.nwTos, 1],
    [AT.nwTtl, 1],
  ],
  arp: [
    [AT.nwSrc, 4],
    [AT.nwDst, 4],
    [AT.nwProto, 1],
    [AT.arpSha, 6],
    [AT.arpTha, 6],
  ],
  nd: [
    [AT.ndTarget, 16],
    [AT.arpSha, 6],
    [AT.arpTha, 6],
  ],
  ports: [
    [AT.tpSrc, 2],
    [AT.tpDst, 2],
  ],
  nsh: [
    [AT.nshFlags, 1],
    [AT.nshTtl, 1],
    [AT.nshPath, 4],
    [AT.nshContext, 4],
    [AT.nshContext + 4, 4],
    [AT.nshContext + 8, 4],
    [AT.nshContext + 12, 4],
  ],
  skb_priority: [[AT.skbPriority, 4]],
  skb_mark: [[AT.skbMark, 4]],
} as const satisfies Readonly<Record<string, readonly Part[]>>;

/**
 * Appends the datapath actions that make of the packet what the flow is by now, in the order of Open vSwitch
 * (commit_odp_actions of lib/odp-util.c).
 */
export function commit(t: Translation): void {
  commitHeaders(t);
  if (isEthernet(t.flow)) setParts(t, "eth", GROUPS.eth);
  // L3 is reached only once labels are off.
  const popsAll = isMpls(t.base) && !isMpls(t.flow);
  if (popsAll) commitMpls(t);
  commitNetwork(t);
  commitTransport(t);
  if (!popsAll) commitMpls(t);
  commitVlan(t);
  setParts(t, "skb_priority", GROUPS.skb_priority);
  setParts(t, "skb_mark", GROUPS.skb_mark);
}

/**
 * Sets a group's parts where some differ: bits that were looked at or written, of the parts that differ; all of the
 * group where `isWhole`, since no datapath could set less.
 */
function setParts(t: Translation, group: SetGroup, parts: readonly Part[], isWhole = false): boolean {
  const changed = parts.filter(([at, count]) => !samePart(t.flow, t.base, at, count));
  if (changed.length === 0) return false;
  const mask = blankKey();
  const value = blankKey();
  if (isWhole) for (const [at, count] of parts) maskBytes(t.wanted, at, count);
  for (const [at, count] of isWhole ? parts : changed) {
    copyPart(mask, t.wanted, at, count);
    for (let i = at; i < at + count; i++) value[i] = t.flow[i]! & mask[i]!;
  }
  t.out.push({ type: "set", group, value, mask });
  for (const [at, count] of parts) copyPart(t.base, t.flow, at, count);
  return true;
}

/** Headers around the packet: those that actions put there or took away (commit_encap_decap_action). */
function commitHeaders(t: Translation): void {
  const { flow, base, out, pending } = t;
  const type = get32(flow, AT.packetType);
  if (pending?.kind === "encap") {
    if (type === PACKET_TYPE.ethernet) {
      out.push({
        type: "push_eth",
        source: flow.slice(AT.ethSrc, AT.ethSrc + 6),
        destination: flow.slice(AT.ethDst, AT.ethDst + 6),
      });
      copyPart(base, flow, AT.ethDst, 12);
    } else {
      out.push(pushNsh(flow, pending.metadata!));
      copyPart(base, flow, AT.ethDst, DATAPATH_SIZE - AT.ethDst);
    }
    set32(base, AT.packetType, type);
  } else if (type !== get32(base, AT.packetType)) {
    if (pending === undefined) {
      out.push({ type: "pop_eth" });
      base.fill(0, AT.ethDst, AT.ethDst + 12);
      set32(base, AT.packetType, type);
    } else out.push({ type: "pop_nsh" });
  }
  t.pending = undefined;
}

/** The header as actions have left it since encap(nsh). */
function pushNsh(flow: Uint8Array, metadata: Uint8Array): PushNshAction {
  const mdType = flow[AT.nshMdType] === 2 ? 2 : 1;
  return {
    type: "push_nsh",
    flags: flow[AT.nshFlags]!,
    ttl: flow[AT.nshTtl]!,
    mdType,
    nextProtocol: flow[AT.nshNp]!,
    path: get32(flow, AT.nshPath),
    metadata: mdType === 1 ? flow.slice(AT.nshContext, AT.nshContext + 16) : metadata,
  };
}

function commitNetwork(t: Translation): void {
  if (get16(t.base, AT.ethType) === ETHERTYPE.nsh) setParts(t, "nsh", GROUPS.nsh);
  if (t.flow[AT.nwProto] === 0) return;
  switch (get16(t.base, AT.ethType)) {
    case ETHERTYPE.ip:
      setParts(t, "ipv4", GROUPS.ipv4);
      break;
    case ETHERTYPE.ipv6:
      setParts(t, "ipv6", GROUPS.ipv6);
      if (t.base[AT.nwProto] === PROTOCOL.icmpv6 && setParts(t, "nd", GROUPS.nd)) t.isSlow = true;
      break;
    case ETHERTYPE.arp:
      if (setParts(t, "arp", GROUPS.arp)) t.isSlow = true;
      break;
  }
}

function commitTransport(t: Translation): void {
  const protocol = t.flow[AT.nwProto]!;
  if (protocol === 0 || !isIp(t.base)) return;
  if (protocol === PROTOCOL.tcp) setParts(t, "tcp", GROUPS.ports);
  else if (protocol === PROTOCOL.udp) setParts(t, "udp", GROUPS.ports);
  else if (protocol === PROTOCOL.sctp) setParts(t, "sctp", GROUPS.ports);
  else {
    const isV4 = get16(t.flow, AT.ethType) === ETHERTYPE.ip;
    if (protocol !== (isV4 ? PROTOCOL.icmp : PROTOCOL.icmpv6)) return;
    if (setParts(t, "icmp", GROUPS.ports, true)) t.isSlow = true;
  }
}

/** Labels from the bottom up that both have. */
function commonLabels(flow: Uint8Array, flowCount: number, base: Uint8Array, baseCount: number): number {
  let common = 0;
  while (
    common < Math.min(flowCount, baseCount) &&
    get32(flow, labelAt(flowCount - 1 - common)) === get32(base, labelAt(baseCount - 1 - common))
  )
    common++;
  return common;
}

function commitMpls({ flow, base, out }: Translation): void {
  let baseCount = labelCount(base);
  const flowCount = labelCount(flow);
  let common = commonLabels(flow, flowCount, base, baseCount);
  while (baseCount > common) {
    if (baseCount - 1 === common && flowCount > common) {
      // The topmost label is written over.
      const lse = get32(flow, labelAt(flowCount - baseCount));
      const value = blankKey();
      const mask = blankKey();
      set32(value, AT.mpls, lse);
      maskBytes(mask, AT.mpls, 4);
      out.push({ type: "set", group: "mpls", value, mask });
      set32(base, AT.mpls, lse);
      common++;
    } else {
      const below = get16(flow, AT.ethType);
      out.push({ type: "pop_mpls", ethertype: !isMpls(flow) && baseCount > 1 ? ETHERTYPE.mpls : below });
      popLabel(base, baseCount, below);
      baseCount--;
    }
  }
  while (baseCount < flowCount) {
    const lse = get32(flow, labelAt(flowCount - baseCount - 1));
    const ethertype = get16(flow, AT.ethType);
    out.push({ type: "push_mpls", ethertype, lse });
    pushLabel(base, baseCount, ethertype, undefined, false);
    set32(base, AT.mpls, (lse & ~LSE.bottom) | (get32(base, AT.mpls) & LSE.bottom));
    baseCount++;
  }
}

function commitVlan({ flow, base, wanted, out }: Translation): void {
  let below = vlanCount(base) - 1;
  let kept = vlanCount(flow) - 1;
  while (below >= 0 && kept >= 0 && get32(base, vlanAt(below)) === get32(flow, vlanAt(kept))) {
    below--;
    kept--;
  }
  for (; below >= 0; below--) {
    out.push({ type: "pop_vlan" });
    maskBytes(wanted, vlanAt(below), 4);
  }
  for (; kept >= 0; kept--) {
    const at = vlanAt(kept);
    out.push({ type: "push_vlan", tpid: get16(flow, at), tci: get16(flow, at + 2) & ~VLAN_PRESENT });
  }
  copyPart(base, flow, AT.vlanTpid, 8);
}
