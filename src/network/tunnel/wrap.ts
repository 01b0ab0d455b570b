import { ADDRESSES, checksumOf, sum16, transportChecksum } from "../../packet/checksum.ts";
import { GSO } from "../../packet/gso-type.ts";
import { completeChecksum } from "../../packet/partial-checksum.ts";
import type { Skb } from "../../packet/skb.ts";
import type { SkbPool } from "../../packet/skb-pool.ts";
import { get16, get32, set16, set32 } from "../../packet/wire.ts";
import { ETH_P_IP, ETH_P_IPV6, ETHERNET_HEADER } from "../ethernet-frame.ts";
import { IP_DF, IPV4_HEADER, IPV6_HEADER, writeIpv4Header, writeIpv6Header } from "../ip/header.ts";

/** What the outer headers of a tunnelled packet say; addresses of 4 or 16 bytes. */
export interface Outer {
  readonly kind: "vxlan" | "geneve" | "gre";
  readonly source: Uint8Array;
  readonly destination: Uint8Array;
  key: number;
  /** Of GRE: a key is there at all. */
  hasKey: boolean;
  tos: number;
  ttl: number;
  df: boolean;
  csum: boolean;
  sourcePort: number;
  readonly destinationPort: number;
  /** Flow label of IPv6. */
  label?: number;
  /** Of Geneve: bytes, a multiple of 4. */
  options?: Uint8Array;
  /** Of GRE; absent: it has no sequence number. */
  sequence?: number;
}

export const UDP = 17;
export const GRE = 47;
export const UDP_HEADER = 8;
/** VXLAN (RFC 7348) and Geneve (RFC 8926) without options. */
export const TUNNEL_HEADER = 8;
/** Transparent Ethernet bridging. */
export const ETH_P_TEB = 0x6558;
/** Flags of GRE (RFC 2784, RFC 2890). */
export const GRE_CSUM = 0x8000;
export const GRE_KEY = 0x2000;
export const GRE_SEQUENCE = 0x1000;
const VXLAN_HAS_VNI = 0x0800_0000;
/** What packets of many segments are put into, without and with a checksum. */
const SEGMENTS_IN = { udp: [GSO.udpTunnel, GSO.udpTunnelChecksum], gre: [GSO.gre, GSO.greChecksum] } as const;
const TUNNELS = Object.values(SEGMENTS_IN).reduce((all, [plain, summed]) => all | plain | summed, 0);

/** Puts tunnel and IP headers before the frame; the data then begins at the IP header. */
export function wrap(pool: SkbPool, skb: Skb, outer: Outer): void {
  const isGre = outer.kind === "gre";
  const inner = { network: skb.networkHeader - skb.data, transport: skb.transportHeader - skb.data };
  const family = outer.destination.length === 4 ? 4 : 6;
  const header = family === 4 ? IPV4_HEADER : IPV6_HEADER;
  const size = header + (isGre ? greBytes(outer) : UDP_HEADER + TUNNEL_HEADER + (outer.options?.length ?? 0));
  pool.reserve(skb, size + ETHERNET_HEADER, 0);
  skb.data -= size;
  skb.length += size;
  skb.originalLength = skb.length;
  const { bytes } = pool.store;
  const transport = skb.data + header;
  skb.innerNetworkHeader = skb.data + size + inner.network;
  skb.innerTransportHeader = skb.data + size + inner.transport;
  // Who sends it cuts or completes what is in it (iptunnel_handle_offloads).
  const isCut = skb.segmentSize !== 0;
  skb.encapsulated = isCut || skb.checksumStart !== 0 ? 1 : 0;
  if (isCut) skb.segmentType |= SEGMENTS_IN[isGre ? "gre" : "udp"][outer.csum ? 1 : 0];
  // The outer checksum is that of what will be on the wire, where the device has completed the inner one (lco_csum).
  const left = outer.csum && !isCut ? skb.checksumStart : 0;
  const field = left + skb.checksumOffset;
  const begun = get16(bytes, field);
  if (left !== 0) completeChecksum(bytes, skb);
  if (isGre) writeGre(bytes, transport, skb.length - header, outer, isCut);
  else writeUdpTunnel(bytes, transport, outer);
  const protocol = isGre ? GRE : UDP;
  const { source, destination } = outer;
  if (family === 4) {
    const flags = outer.df ? IP_DF : 0;
    writeIpv4Header(bytes, skb.data, outer.tos, skb.length, 0, flags, outer.ttl, protocol, source, destination);
  } else {
    const payload = skb.length - IPV6_HEADER;
    writeIpv6Header(bytes, skb.data, outer.tos, payload, protocol, outer.ttl, source, destination);
    set32(bytes, skb.data, get32(bytes, skb.data) | (outer.label ?? 0));
  }
  if (!isGre) finishUdp(bytes, skb, family, transport, outer);
  if (left !== 0) {
    set16(bytes, field, begun);
    skb.checksumStart = left;
  }
  skb.networkHeader = skb.data;
  skb.transportHeader = transport;
  skb.macHeader = skb.data;
  skb.protocol = family === 4 ? ETH_P_IP : ETH_P_IPV6;
}

/** It has come out of the tunnel (iptunnel_pull_offloads). */
export function unwrapped(skb: Skb): void {
  skb.encapsulated = 0;
  skb.segmentType &= ~TUNNELS;
}

function writeUdpTunnel(
  bytes: Uint8Array,
  at: number,
  { kind, key, sourcePort, destinationPort, options }: Outer,
): void {
  set16(bytes, at, sourcePort);
  set16(bytes, at + 2, destinationPort);
  const header = at + UDP_HEADER;
  set32(bytes, header, kind === "vxlan" ? VXLAN_HAS_VNI : ETH_P_TEB);
  set32(bytes, header + 4, ((key & 0xff_ffff) << 8) >>> 0);
  if (options === undefined) return;
  bytes[header] = options.length / 4;
  bytes.set(options, header + TUNNEL_HEADER);
}

function finishUdp(bytes: Uint8Array, skb: Skb, family: 4 | 6, at: number, { csum }: Outer): void {
  const length = skb.data + skb.length - at;
  set16(bytes, at + 4, length);
  set16(bytes, at + 6, 0);
  if (!csum) return;
  if (skb.segmentSize !== 0) {
    // Its pieces complete it (udp_set_csum).
    set16(
      bytes,
      at + 6,
      ~checksumOf(sum16(bytes, skb.data + ADDRESSES[family].source, 2 * ADDRESSES[family].length, UDP + length)),
    );
    return;
  }
  const checksum = transportChecksum(bytes, family, skb.data, UDP, at, length);
  set16(bytes, at + 6, checksum === 0 ? 0xffff : checksum);
}

/** Bytes of its header (gre_calc_hlen). */
function greBytes({ csum, hasKey, sequence }: Outer): number {
  return 4 + (csum ? 4 : 0) + (hasKey ? 4 : 0) + (sequence === undefined ? 0 : 4);
}

/** @param isCut its pieces complete the checksum. */
function writeGre(
  bytes: Uint8Array,
  at: number,
  length: number,
  { csum, hasKey, key, sequence }: Outer,
  isCut: boolean,
): void {
  set16(bytes, at, (csum ? GRE_CSUM : 0) | (hasKey ? GRE_KEY : 0) | (sequence === undefined ? 0 : GRE_SEQUENCE));
  set16(bytes, at + 2, ETH_P_TEB);
  let next = at + 4;
  if (csum) {
    set32(bytes, next, 0);
    next += 4;
  }
  if (hasKey) {
    set32(bytes, next, key);
    next += 4;
  }
  if (sequence !== undefined) set32(bytes, next, sequence);
  if (csum && !isCut) set16(bytes, at + 4, checksumOf(sum16(bytes, at, length)));
}
