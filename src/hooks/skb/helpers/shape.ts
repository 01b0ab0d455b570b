import { ERRNO } from "../../../bpf/maps/errno.ts";
import type { HostFunction } from "../../../bpf/vm/host-function.ts";
import { flowHash } from "../../../packet/dissect/flow-hash.ts";
import { PACKET_OTHERHOST, type Skb } from "../../../packet/skb.ts";
import { helper32 } from "../../helpers/helper32.ts";
import { LARGEST_PACKET } from "./largest-packet.ts";
import type { HelperGroup } from "./packet-helpers.ts";
import { forgetSegments } from "./segments.ts";

const CHECKSUM_BYTES = 2;
/** Bytes of the largest piece of memory that Linux finds (KMALLOC_MAX_SIZE). */
const MOST_ALLOCATED = 4 << 20;

/**
 * Bytes that must stay (__bpf_skb_min_len): as many as there are up to a checksum that is left to the device and with it, else headers up to
 * the transport's where that is known, else the link layer's.
 */
function shortest({ data, networkHeader, transportHeader, checksumStart, checksumOffset }: Skb): number {
  const summed = checksumStart === 0 ? 0 : checksumStart + checksumOffset + CHECKSUM_BYTES - data;
  if (summed > 0) return summed;
  return transportHeader > data ? transportHeader - data : Math.max(networkHeader - data, 0);
}

/** A packet's size, its linear part and the metadata that helpers alone may change (net/core/filter.c). */
export const shapeHelpers: HelperGroup = (running, { pool, machine, flowSeed }): ReadonlyMap<number, HostFunction> => {
  const { memory } = machine;
  return new Map([
    helper32(32, "bpf_skb_change_type", 2, "signed", (_context, type) => {
      const skb = running.block.skb!;
      // Only among those that are received (skb_pkt_type_ok).
      if (skb.pktType > PACKET_OTHERHOST || type! >>> 0 > PACKET_OTHERHOST) return -ERRNO.EINVAL;
      skb.pktType = type!;
      running.refresh();
      return 0;
    }),
    helper32(34, "bpf_get_hash_recalc", 1, "unsigned", () => {
      const skb = running.block.skb!;
      if (skb.hash === 0) {
        skb.hash = flowHash(memory.bytes, skb, flowSeed) || 1;
        running.refresh();
      }
      return skb.hash;
    }),
    helper32(41, "bpf_set_hash_invalid", 1, "signed", () => {
      running.block.skb!.hash = 0;
      running.refresh();
      return 0;
    }),
    helper32(48, "bpf_set_hash", 2, "signed", (_context, hash) => {
      running.block.skb!.hash = hash! >>> 0;
      running.refresh();
      return 0;
    }),
    helper32(39, "bpf_skb_pull_data", 2, "signed", (_context, wanted) => {
      const skb = running.block.skb!;
      const { length } = running.block;
      const linear = length - Math.min(skb.dataLength, length);
      const bytes = wanted! >>> 0 === 0 ? linear : wanted! >>> 0;
      if (bytes > length) return -ERRNO.ENOMEM;
      if (bytes > linear) skb.dataLength = length - bytes;
      running.refresh();
      return 0;
    }),
    helper32(38, "bpf_skb_change_tail", 3, "signed", (_context, wanted, flags) => {
      const skb = running.block.skb!;
      const length = wanted! >>> 0;
      if (flags !== 0 || length > LARGEST_PACKET || length < shortest(skb)) return -ERRNO.EINVAL;
      if (skb.encapsulated === 1) return -ERRNO.ENOTSUPP;
      if (length > skb.length) {
        const more = length - skb.length;
        pool.reserve(skb, 0, more);
        const end = skb.data + skb.length;
        memory.bytes.fill(0, end, end + more);
      }
      skb.originalLength += length - skb.length;
      skb.length = length;
      skb.dataLength = 0;
      forgetSegments(skb);
      running.refresh();
      return 0;
    }),
    helper32(43, "bpf_skb_change_head", 3, "signed", (_context, room, flags) => {
      const skb = running.block.skb!;
      const bytes = room! >>> 0;
      const isTooLong = skb.segmentSize === 0 && skb.length + bytes > LARGEST_PACKET;
      if (flags !== 0 || isTooLong || skb.length + bytes > 0xffff_ffff) return -ERRNO.EINVAL;
      if (skb.length + bytes > MOST_ALLOCATED) return -ERRNO.ENOMEM;
      pool.reserve(skb, bytes, 0);
      skb.data -= bytes;
      skb.length += bytes;
      skb.originalLength += bytes;
      memory.bytes.fill(0, skb.data, skb.data + bytes);
      skb.macHeader = skb.data;
      running.refresh();
      return 0;
    }),
    helper32(66, "bpf_skb_get_xfrm_state", 5, "signed", (_context, _index, to, size) => {
      // Nothing here has come in by IPsec.
      memory.bytes.fill(0, to! >>> 0, (to! >>> 0) + size!);
      return -ERRNO.EINVAL;
    }),
    helper32(24, "bpf_get_route_realm", 1, "unsigned", () => 0),
  ]);
};
