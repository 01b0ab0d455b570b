/**
 * From a flow key back to the packet: what a `set` action does (net/openvswitch/actions.c, execute_masked_set_action; for
 * ARP, neighbour discovery and ICMP, which only Open vSwitch's user space can set, lib/odp-execute.c and lib/packets.c).
 */
import type { Skb } from "../../../packet/skb.ts";
import { copyBytes, get32, set32 } from "../../../packet/wire.ts";
import type { SetAction, SetGroup } from "../datapath/action.ts";
import { AT } from "./layout.ts";
import { rewriteIpv4, rewriteIpv6 } from "./rewrite-network.ts";
import { rewriteIcmp, rewriteNeighbourMessage, rewritePorts, rewriteSctp } from "./rewrite-transport.ts";

/** Which bytes of a key each group may change: first byte and number, in turn. The tunnel is not the packet's. */
export const SET_RANGES: Readonly<Record<SetGroup, readonly number[]>> = {
  skb_priority: [AT.skbPriority, 4],
  skb_mark: [AT.skbMark, 4],
  tunnel: [AT.tunId, AT.user - AT.tunId],
  eth: [AT.ethDst, 12],
  mpls: [AT.mpls, 4],
  ipv4: [AT.nwSrc, 8, AT.nwTos, 2],
  ipv6: [AT.ipv6Src, 32, AT.ipv6Label, 4, AT.nwTos, 2],
  arp: [AT.nwSrc, 8, AT.nwProto, 1, AT.arpSha, 12],
  nsh: [AT.nshFlags, 2, AT.nshPath, 20],
  tcp: [AT.tpSrc, 4],
  udp: [AT.tpSrc, 4],
  sctp: [AT.tpSrc, 4],
  icmp: [AT.tpSrc, 4],
  nd: [AT.ndTarget, 16, AT.arpSha, 12],
};

/** Sets fields of the packet and of its key, which must be the packet's, header positions included. Never for tunnels. */
export function applySet(bytes: Uint8Array, skb: Skb, key: Uint8Array, action: SetAction): void {
  mergeInto(key, action);
  const network = skb.networkHeader;
  switch (action.group) {
    case "skb_priority":
      skb.priority = get32(key, AT.skbPriority);
      return;
    case "skb_mark":
      skb.mark = get32(key, AT.skbMark);
      return;
    case "tunnel":
      return;
    case "eth":
      copyBytes(bytes, skb.macHeader, key, AT.ethDst, 12);
      return;
    case "mpls":
      copyBytes(bytes, network, key, AT.mpls, 4);
      return;
    case "ipv4":
      if (skb.transportHeader > network) rewriteIpv4(bytes, skb, key);
      return;
    case "ipv6":
      if (skb.transportHeader > network) rewriteIpv6(bytes, skb, key);
      return;
    case "arp":
      rewriteArp(bytes, network, key);
      return;
    case "nsh":
      rewriteNsh(bytes, network, key);
      return;
    case "tcp":
    case "udp":
      rewritePorts(bytes, skb, key, action.group);
      return;
    case "sctp":
      rewriteSctp(bytes, skb, key);
      return;
    case "icmp":
      rewriteIcmp(bytes, skb, key);
      return;
    case "nd":
      rewriteNeighbourMessage(bytes, skb, key);
      return;
  }
}

/** Puts the wanted bits of the value into the key. */
export function mergeInto(key: Uint8Array, { group, value, mask }: SetAction): void {
  const ranges = SET_RANGES[group];
  for (let r = 0; r < ranges.length; r += 2) {
    const end = ranges[r]! + ranges[r + 1]!;
    for (let i = ranges[r]!; i < end; i++) key[i] = (key[i]! & ~mask[i]!) | (value[i]! & mask[i]!);
  }
}

function rewriteArp(bytes: Uint8Array, at: number, key: Uint8Array): void {
  bytes[at + 6] = 0;
  bytes[at + 7] = key[AT.nwProto]!;
  copyBytes(bytes, at + 8, key, AT.arpSha, 6);
  copyBytes(bytes, at + 14, key, AT.nwSrc, 4);
  copyBytes(bytes, at + 18, key, AT.arpTha, 6);
  copyBytes(bytes, at + 24, key, AT.nwDst, 4);
}

function rewriteNsh(bytes: Uint8Array, at: number, key: Uint8Array): void {
  const kept = get32(bytes, at) & 0xc03f_ffff;
  set32(bytes, at, (kept | (key[AT.nshFlags]! << 28) | ((key[AT.nshTtl]! & 0x3f) << 22)) >>> 0);
  copyBytes(bytes, at + 4, key, AT.nshPath, key[AT.nshMdType] === 1 ? 20 : 4);
}
