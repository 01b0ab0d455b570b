import { ERRNO } from "../../../bpf/maps/errno.ts";
import type { HostFunction } from "../../../bpf/vm/host-function.ts";
import { checksumOf, sum16 } from "../../../packet/checksum.ts";
import { GSO } from "../../../packet/gso-type.ts";
import type { Skb } from "../../../packet/skb.ts";
import { helper32 } from "../../helpers/helper32.ts";
import type { HelperGroup } from "./packet-helpers.ts";
import { headersResized, isTcp } from "./segments.ts";

/** BPF_LWT_ENCAP_IP; the others are of segment routing. */
const ENCAP_IP = 2;
const LEAST = 20;
/** LWT_BPF_MAX_HEADROOM */
const MOST = 256;
const IPV6_HEADER = 40;
const UDP = 17;
const UDP_HEADER = 8;
const GRE = 47;
const GRE_HEADER = 4;
/** The flag of a checksum, in the first byte of a GRE header. */
const GRE_CSUM = 0x80;
/** IPPROTO_IP, as which Linux knows packets of IPv4 here; and IPv6 in IP. */
const IP = 0;
const IPV6_IN_IP = 41;
const IPV4_HEADER = 20;
const EPROTONOSUPPORT = 93;

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
      skb.innerNetworkHeader = skb.networkHeader;
      skb.innerTransportHeader = skb.transportHeader;
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
      const result = skb.segmentSize === 0 ? 0 : tunnelSegments(skb, bytes, length!);
      running.refresh();
      return result;
    }),
  ]);
};

/** What its segments are to be put into, by the headers that it has got (handle_gso_encap). */
function tunnelSegments(skb: Skb, bytes: Uint8Array, length: number): number {
  if (!isTcp(skb)) return -ERRNO.ENOTSUPP;
  const isIpv4 = skb.protocol === 0x0800;
  const header = isIpv4 ? IPV4_HEADER : IPV6_HEADER;
  const next = skb.data + header;
  let tunnel: number;
  switch (bytes[skb.data + (isIpv4 ? 9 : 6)]) {
    case GRE:
      if (header + GRE_HEADER > length) return -ERRNO.EINVAL;
      tunnel = (bytes[next]! & GRE_CSUM) === 0 ? GSO.gre : GSO.greChecksum;
      break;
    case UDP:
      if (header + UDP_HEADER > length) return -ERRNO.EINVAL;
      tunnel = bytes[next + 6] === 0 && bytes[next + 7] === 0 ? GSO.udpTunnel : GSO.udpTunnelChecksum;
      break;
    case IP:
    case IPV6_IN_IP:
      tunnel = isIpv4 ? GSO.ipip4 : GSO.ipip6;
      break;
    default:
      return -EPROTONOSUPPORT;
  }
  headersResized(skb, length, false, tunnel);
  return 0;
}
