import { ERRNO } from "../../../bpf/maps/errno.ts";
import { swap16 } from "../../../bpf/network-order.ts";
import type { HostFunction } from "../../../bpf/vm/host-function.ts";
import { GSO } from "../../../packet/gso-type.ts";
import { pull } from "../../../packet/linear-part.ts";
import type { Skb } from "../../../packet/skb.ts";
import { helper32 } from "../../helpers/helper32.ts";
import { LARGEST_PACKET } from "./largest-packet.ts";
import type { HelperGroup } from "./packet-helpers.ts";
import { headersResized, mayResize, versionChanged } from "./segments.ts";

const ETH_P_IP = 0x0800;
const ETH_P_IPV6 = 0x86dd;
const IPV4_HEADER = 20;
const IPV6_HEADER = 40;
const ETHERNET_HEADER = 14;
/** Bytes by which a packet can grow or shrink at once. */
const MOST_ROOM = 0xfff;
/** BPF_ADJ_ROOM_NET, BPF_ADJ_ROOM_MAC: behind the network header, or behind the MAC header. */
const BEHIND_NETWORK = 0;
const BEHIND_MAC = 1;

/** BPF_F_ADJ_ROOM_*. */
const FLAG = {
  fixedGso: 1,
  encapIpv4: 2,
  encapIpv6: 4,
  encapGre: 8,
  encapUdp: 16,
  noChecksumReset: 32,
  encapEthernet: 64,
  decapIpv4: 128,
  decapIpv6: 256,
} as const;
const ALL_FLAGS = Object.values(FLAG).reduce((all, flag) => all | flag, 0);
const ENCAP = FLAG.encapIpv4 | FLAG.encapIpv6;
const DECAP = FLAG.decapIpv4 | FLAG.decapIpv6;
/** The upper byte of the flags: bytes of the inner link-layer header. */
const INNER_LINK_SHIFT = 56n;
const NONE = 0;

const baseLength = (protocol: number) =>
  protocol === ETH_P_IP ? IPV4_HEADER : protocol === ETH_P_IPV6 ? IPV6_HEADER : 0;
const has = (flags: number, mask: number) => (flags & mask) === mask;

/** Room between headers: for tunnels, and for the other version of IP (net/core/filter.c, bpf_skb_adjust_room, bpf_skb_change_proto). */
export const roomHelpers: HelperGroup = (running, { pool, machine }): ReadonlyMap<number, HostFunction> => {
  const { memory } = machine;
  /** bpf_skb_net_hdr_push: zeroes of `bytes` behind the first `offset` bytes. */
  const push = (skb: Skb, offset: number, bytes: number): void => {
    pool.reserve(skb, bytes, 0);
    skb.data -= bytes;
    memory.bytes.copyWithin(skb.data, skb.data + bytes, skb.data + bytes + offset);
    memory.bytes.fill(0, skb.data + offset, skb.data + offset + bytes);
    resized(skb, bytes);
  };
  /** bpf_skb_net_hdr_pop: takes them out. */
  const pop = (skb: Skb, offset: number, bytes: number): boolean => {
    if (!pull(skb, offset + bytes)) return false;
    memory.bytes.copyWithin(skb.data + bytes, skb.data, skb.data + offset);
    skb.data += bytes;
    resized(skb, -bytes);
    // What was to be summed has gone with it (skb_postpull_rcsum).
    if (skb.checksumStart < skb.data) skb.checksumStart = 0;
    return true;
  };
  const grow = (skb: Skb, offset: number, bytes: number, flags: number, innerLink: number): number => {
    const isEncap = (flags & ENCAP) !== 0;
    const isFixed = has(flags, FLAG.fixedGso);
    if (!mayResize(skb, isFixed)) return -ERRNO.ENOTSUPP;
    if (isEncap) {
      if (has(flags, ENCAP) || has(flags, FLAG.encapGre | FLAG.encapUdp)) return -ERRNO.EINVAL;
      if (has(flags, FLAG.encapEthernet) && innerLink < ETHERNET_HEADER) return -ERRNO.EINVAL;
      if (skb.encapsulated === 1) return -EALREADY;
      if (innerLink > bytes) return -ERRNO.EINVAL;
    }
    const network = skb.networkHeader - skb.data;
    const transport = skb.transportHeader - skb.data;
    push(skb, offset, bytes);
    headersResized(skb, bytes, isFixed, tunnelOf(flags));
    if (!isEncap) return 0;
    skb.innerNetworkHeader = skb.data + bytes + network;
    skb.innerTransportHeader = skb.data + bytes + transport;
    skb.encapsulated = 1;
    if ((flags & (FLAG.encapGre | FLAG.encapUdp)) !== 0)
      skb.transportHeader = skb.networkHeader + (has(flags, FLAG.encapIpv6) ? IPV6_HEADER : IPV4_HEADER);
    skb.protocol = has(flags, FLAG.encapIpv6) ? ETH_P_IPV6 : ETH_P_IP;
    return 0;
  };
  const shrink = (skb: Skb, offset: number, bytes: number, flags: number): number => {
    if ((flags & ~(FLAG.fixedGso | DECAP | FLAG.noChecksumReset)) !== 0) return -ERRNO.EINVAL;
    const isFixed = has(flags, FLAG.fixedGso);
    if (!mayResize(skb, isFixed)) return -ERRNO.ENOTSUPP;
    if (!pop(skb, offset, bytes)) return -ERRNO.ENOMEM;
    if (has(flags, FLAG.decapIpv6)) skb.protocol = ETH_P_IPV6;
    else if (has(flags, FLAG.decapIpv4)) skb.protocol = ETH_P_IP;
    headersResized(skb, -bytes, isFixed, 0);
    return 0;
  };
  const adjust = (skb: Skb, difference: number, mode: number, flags64: bigint): number => {
    const flags = Number(flags64 & 0xff_ffff_ffff_ffffn);
    if (flags > ALL_FLAGS) return -ERRNO.EINVAL;
    const bytes = Math.abs(difference);
    if (bytes > MOST_ROOM) return -ERRNO.EFAULT;
    const base = baseLength(skb.protocol);
    if (base === 0) return -ERRNO.ENOTSUPP;
    if (mode !== BEHIND_NETWORK && mode !== BEHIND_MAC) return -ERRNO.ENOTSUPP;
    const link = skb.networkHeader - skb.macHeader;
    const offset = link + (mode === BEHIND_NETWORK ? base : 0);
    let least = base;
    if ((flags & DECAP) !== 0) {
      if (difference >= 0 || has(flags, DECAP)) return -ERRNO.EINVAL;
      least = has(flags, FLAG.decapIpv4) ? IPV4_HEADER : IPV6_HEADER;
    }
    const left = skb.length - (skb.networkHeader - skb.data) - bytes;
    if (difference < 0 ? left <= 0 || left < least : skb.length + bytes > LARGEST_PACKET && skb.segmentSize === 0)
      return -ERRNO.ENOTSUPP;
    const result =
      difference < 0
        ? shrink(skb, offset, bytes, flags)
        : grow(skb, offset, bytes, flags, Number(BigInt.asUintN(64, flags64) >> INNER_LINK_SHIFT));
    if (result === 0 && !has(flags, FLAG.noChecksumReset)) skb.checksumLevel = NONE;
    return result;
  };
  return new Map<number, HostFunction>([
    [
      50,
      {
        name: "bpf_skb_adjust_room",
        parameters: ["i32", "i32", "i32", "i64"],
        result: "signed",
        call: (_context: number, difference: number, mode: number, flags: bigint) => {
          const result = adjust(running.block.skb!, difference, mode >>> 0, flags);
          running.refresh();
          return result;
        },
      },
    ],
    helper32(31, "bpf_skb_change_proto", 3, "signed", (_context, wanted, flags) => {
      const skb = running.block.skb!;
      if (flags !== 0) return -ERRNO.EINVAL;
      const protocol = swap16(wanted!);
      const offset = skb.networkHeader - skb.macHeader;
      const difference = IPV6_HEADER - IPV4_HEADER;
      let result = 0;
      if (skb.protocol === ETH_P_IP && protocol === ETH_P_IPV6) push(skb, offset, difference);
      else if (skb.protocol === ETH_P_IPV6 && protocol === ETH_P_IP)
        result = pop(skb, offset, difference) ? 0 : -ERRNO.ENOMEM;
      else result = -ERRNO.ENOTSUPP;
      if (result === 0) {
        skb.protocol = protocol;
        skb.hash = 0;
        versionChanged(skb, protocol === ETH_P_IP ? 4 : 6);
      }
      running.refresh();
      return result;
    }),
  ]);
};

/** What the packet is put into by those flags. */
function tunnelOf(flags: number): number {
  if ((flags & ENCAP) === 0) return 0;
  if (has(flags, FLAG.encapUdp)) return GSO.udpTunnel;
  if (has(flags, FLAG.encapGre)) return GSO.gre;
  return has(flags, FLAG.encapIpv6) ? GSO.ipip6 : GSO.ipip4;
}

/** errno of linux/errno.h. */
const EALREADY = 114;

/** The data begins `bytes` earlier, and the headers before the room with it. */
function resized(skb: Skb, bytes: number): void {
  const isSame = skb.transportHeader === skb.networkHeader;
  skb.length += bytes;
  skb.originalLength += bytes;
  skb.macHeader -= bytes;
  skb.networkHeader -= bytes;
  if (isSame) skb.transportHeader = skb.networkHeader;
}
