import { ERRNO } from "../../../bpf/maps/errno.ts";
import type { HostFunction } from "../../../bpf/vm/host-function.ts";
import { checksumOf, sum16 } from "../../../packet/checksum.ts";
import { helper32 } from "../../helpers/helper32.ts";
import type { HelperGroup } from "./packet-helpers.ts";

/** BPF_LWT_ENCAP_IP; the others are of segment routing. */
const ENCAP_IP = 2;
const LEAST = 20;
/** LWT_BPF_MAX_HEADROOM */
const MOST = 256;
const IPV6_HEADER = 40;
const UDP = 17;
const UDP_HEADER = 8;

/** A header before a packet that is routed (net/core/lwt_bpf.c, bpf_lwt_push_ip_encap). Segment routing's are refused: nothing here routes by segments. */
export const encapHelpers: HelperGroup = (running, { pool, machine }): ReadonlyMap<number, HostFunction> => {
  const { memory } = machine;
  return new Map([
    helper32(73, "bpf_lwt_push_encap", 4, "signed", (_context, type, header, length) => {
      if (type !== ENCAP_IP || length! < LEAST || length! > MOST) return -ERRNO.EINVAL;
      const from = header! >>> 0;
      const version = memory.bytes[from]! >>> 4;
      const own = version === 4 ? (memory.bytes[from]! & 15) * 4 : version === 6 ? IPV6_HEADER : MOST + 1;
      if (length! < own) return -ERRNO.EINVAL;
      const isUdp = memory.bytes[from + (version === 4 ? 9 : 6)] === UDP;
      if (isUdp && length! < own + UDP_HEADER) return -ERRNO.EINVAL;
      const skb = running.block.skb!;
      pool.reserve(skb, length!, 0);
      skb.data -= length!;
      skb.length += length!;
      skb.originalLength += length!;
      skb.networkHeader = skb.data;
      if (isUdp) skb.transportHeader = skb.data + own;
      const { bytes } = memory;
      const at = skb.data;
      bytes.copyWithin(at, from, from + length!);
      skb.encapsulated = 1;
      skb.hash = 0;
      skb.protocol = version === 4 ? 0x0800 : 0x86dd;
      if (version === 4 && bytes[at + 10] === 0 && bytes[at + 11] === 0) {
        const sum = checksumOf(sum16(bytes, at, own));
        bytes[at + 10] = sum >>> 8;
        bytes[at + 11] = sum;
      }
      running.refresh();
      return 0;
    }),
  ]);
};
