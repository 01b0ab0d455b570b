import { ERRNO } from "../../../bpf/maps/errno.ts";
import type { HostFunction } from "../../../bpf/vm/host-function.ts";
import { helper32 } from "../../helpers/helper32.ts";
import type { HelperGroup } from "./packet-helpers.ts";

const ETH_P_IP = 0x0800;
const ETH_P_IPV6 = 0x86dd;
const IPV4_HEADER = 20;
const IPV6_HEADER = 40;
const ECN_CE = 3;
/** Levels of checksums that are known to be right, as they are kept here: 0 none, n+1 for csum_level n; SKB_MAX_CSUM_LEVEL. */
const MOST_LEVEL = 4;

/** Marks in a packet's headers and metadata that helpers alone may set (net/core/filter.c). */
export const markHelpers: HelperGroup = (running, { machine }): ReadonlyMap<number, HostFunction> => {
  const { memory } = machine;
  return new Map([
    helper32(97, "bpf_skb_ecn_set_ce", 1, "signed", () => {
      const { skb } = running.block;
      const { protocol, networkHeader: at, data, length, dataLength } = skb!;
      const linear = data + length - dataLength - at;
      if (protocol === ETH_P_IP && linear >= IPV4_HEADER) return setIpv4(memory.bytes, at);
      if (protocol === ETH_P_IPV6 && linear >= IPV6_HEADER) return setIpv6(memory.bytes, at);
      return 0;
    }),
    // Nothing here has computed a checksum over the whole packet (CHECKSUM_COMPLETE).
    helper32(40, "bpf_csum_update", 2, "signed", () => -ERRNO.ENOTSUPP),
    helper32(135, "bpf_csum_level", 2, "signed", (_context, level) => {
      const skb = running.block.skb!;
      // One that the device completes has no level (CHECKSUM_PARTIAL).
      if (skb.checksumStart !== 0) return level === 0 ? -ERRNO.EACCES : level! >>> 0 > 3 ? -ERRNO.EINVAL : 0;
      switch (level) {
        case 0:
          return skb.checksumLevel === 0 ? -ERRNO.EACCES : skb.checksumLevel - 1;
        case 1:
          skb.checksumLevel = Math.min(skb.checksumLevel + 1, MOST_LEVEL);
          return 0;
        case 2:
          skb.checksumLevel = Math.max(skb.checksumLevel - 1, 0);
          return 0;
        case 3:
          skb.checksumLevel = 0;
          return 0;
        default:
          return -ERRNO.EINVAL;
      }
    }),
  ]);
};

/** IP_ECN_set_ce: the checksum follows. 1: the packet is marked now. */
function setIpv4(bytes: Uint8Array, at: number): number {
  const next = (bytes[at + 1]! + 1) & 3;
  if ((next & 2) === 0) return next === 0 ? 1 : 0;
  const sum = (bytes[at + 10]! | (bytes[at + 11]! << 8)) + 0xfbff + (next << 8);
  const check = sum + (sum >= 0xffff ? 1 : 0);
  bytes[at + 10] = check;
  bytes[at + 11] = check >>> 8;
  bytes[at + 1]! |= ECN_CE;
  return 1;
}

function setIpv6(bytes: Uint8Array, at: number): number {
  if ((bytes[at + 1]! & 0x30) === 0) return 0;
  bytes[at + 1]! |= ECN_CE << 4;
  return 1;
}
