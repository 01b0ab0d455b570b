import { ADDRESSES, checksumOf, sum16 } from "../../packet/checksum.ts";
import { GSO } from "../../packet/gso-type.ts";
import { linearLength } from "../../packet/linear-part.ts";
import { completeChecksum } from "../../packet/partial-checksum.ts";
import type { Skb } from "../../packet/skb.ts";
import { get16, get32, set16, set32 } from "../../packet/wire.ts";
import { IPV6_HEADER, writeChecksum } from "../ip/header.ts";
import type { Ledger } from "../ledger.ts";
import { CWR, FIN, PSH } from "../tcp/flags.ts";
import { type Headers, type Layer, readHeaders } from "./headers.ts";

/** Where sequence number, flags and checksum stand in a TCP header. */
const SEQUENCE = 4;
const FLAGS = 13;
const CHECKSUM = 16;
const UDP_LENGTH = 4;
const UDP_CHECKSUM = 6;
const GRE_CHECKSUM = 4;
const TCP = 6;
/** Kinds of tunnels with a checksum of their own. */
const WITH_CHECKSUM = GSO.udpTunnelChecksum | GSO.greChecksum;
/** What stands for a checksum of 0 (CSUM_MANGLED_0). */
const MANGLED_0 = 0xffff;

/** Looks at a packet that a device is to cut, and counts what that will give; false: it cannot be cut (tcp_gso_segment, of a packet that the device takes). */
export function verifySegments(bytes: Uint8Array, skb: Skb): boolean {
  const headers = cuttable(bytes, skb);
  if (headers === undefined) return false;
  skb.segments = Math.ceil((skb.length - headers.payload) / skb.segmentSize);
  return true;
}

/** The headers of a packet that can be cut: more than one segment, whose checksum is that of the TCP header. */
function cuttable(bytes: Uint8Array, skb: Skb): Headers | undefined {
  const headers = readHeaders(bytes, skb);
  if (headers === undefined || skb.length - headers.payload <= skb.segmentSize) return undefined;
  return skb.checksumStart === 0 || skb.checksumStart === skb.data + headers.tcp ? headers : undefined;
}

/**
 * Cuts a packet of many TCP segments into packets of one (skb_gso_segment, tcp_gso_segment, inet_gso_segment). The packet itself becomes
 * the last of them. Their checksums are left to the device.
 * @param scatterGather the payload may stay outside the linear part.
 * @param emit takes each of them, in order.
 * @returns false, with the packet as it was, where it is none that can be cut.
 */
export function segment(skb: Skb, ledger: Ledger, scatterGather: boolean, emit: (skb: Skb) => void): boolean {
  const { store } = ledger;
  const headers = cuttable(store.bytes, skb);
  if (headers === undefined) return false;
  const { tcp, payload } = headers;
  const { segmentSize: size, segmentType } = skb;
  if (skb.checksumStart === 0) sumPseudoHeader(store.bytes, skb, headers);
  const whole = skb.length - tcp;
  const linear = Math.max(0, linearLength(skb) - payload);
  const end = skb.length;
  let index = 0;
  for (let from = payload; from < end; from += size, index++) {
    const length = Math.min(size, end - from);
    const isLast = from + length === end;
    const one = isLast ? cutFront(skb, store.bytes, payload, from) : ledger.part(skb, payload, from, length);
    const inLinear = Math.min(Math.max(0, linear - (from - payload)), length);
    one.dataLength = scatterGather ? length - inLinear : 0;
    one.segmentSize = 0;
    one.segments = 0;
    one.segmentType = 0;
    one.wireLength = one.length;
    number(store.bytes, one, headers, { index, isLast, sequence: index * size, whole, segmentType });
    emit(one);
  }
  return true;
}

/** Takes out what lies between the headers and the byte at `from`. */
function cutFront(skb: Skb, bytes: Uint8Array, headers: number, from: number): Skb {
  const gone = from - headers;
  bytes.copyWithin(skb.data + gone, skb.data, skb.data + headers);
  skb.data += gone;
  skb.length -= gone;
  skb.originalLength = skb.length;
  skb.macHeader += gone;
  skb.networkHeader += gone;
  skb.transportHeader += gone;
  skb.innerNetworkHeader += gone;
  skb.innerTransportHeader += gone;
  skb.checksumStart += gone;
  return skb;
}

/** A packet whose checksum is complete is given back to the device to complete (tcp4_gso_segment). */
function sumPseudoHeader(bytes: Uint8Array, skb: Skb, { tcp, layers, family }: Headers): void {
  const { at } = layers.at(-1)!;
  const { source, length } = ADDRESSES[family];
  const sum = sum16(bytes, skb.data + at + source, 2 * length, TCP + skb.length - tcp);
  set16(bytes, skb.data + tcp + CHECKSUM, ~checksumOf(sum));
  skb.checksumStart = skb.data + tcp;
  skb.checksumOffset = CHECKSUM;
}

/** Writes what is the segment's own: lengths, identifications, the sequence number, flags, and what the checksum begins with. */
function number(
  bytes: Uint8Array,
  skb: Skb,
  { layers, tcp }: Headers,
  of: { index: number; isLast: boolean; sequence: number; whole: number; segmentType: number },
): void {
  const { data, length } = skb;
  const { index, isLast, sequence, whole } = of;
  for (const { at, kind, header } of layers) {
    const start = data + at;
    if (kind === "udp") set16(bytes, start + UDP_LENGTH, length - at);
    else if (kind === 6) set16(bytes, start + 4, length - at - IPV6_HEADER);
    else if (kind === 4) {
      set16(bytes, start + 2, length - at);
      // What is said of numbers is said of the outermost header.
      if ((of.segmentType & GSO.tcpFixedId) === 0 || at !== layers[0]!.at)
        set16(bytes, start + 4, get16(bytes, start + 4) + index);
      writeChecksum(bytes, start, header);
    }
  }
  const start = data + tcp;
  set32(bytes, start + SEQUENCE, get32(bytes, start + SEQUENCE) + sequence);
  if (!isLast) bytes[start + FLAGS]! &= ~(FIN | PSH);
  if (index > 0) bytes[start + FLAGS]! &= ~CWR;
  // The pseudo header's sum holds the length of the whole.
  const sum = get16(bytes, start + CHECKSUM) + (~whole & 0xffff) + (length - tcp);
  set16(bytes, start + CHECKSUM, ~checksumOf(sum));
  const tunnel = layers.find(({ kind }) => kind === "udp" || kind === "gre");
  if (tunnel !== undefined && (of.segmentType & WITH_CHECKSUM) !== 0)
    sumTunnel(bytes, skb, tunnel, whole + tcp - tunnel.at);
}

/**
 * Completes the checksum of a tunnel's header, of what the packet in it will be when its own is complete (gso_make_checksum).
 * @param before bytes that the length in it was before the packet was cut.
 */
function sumTunnel(bytes: Uint8Array, skb: Skb, { at, kind }: Layer, before: number): void {
  const start = skb.data + at;
  const size = skb.length - at;
  const field = start + (kind === "udp" ? UDP_CHECKSUM : GRE_CHECKSUM);
  // A sum of the pseudo header, which holds the length of the whole, stands in UDP's.
  set16(bytes, field, kind === "udp" ? ~checksumOf(get16(bytes, field) + (~before & 0xffff) + size) : 0);
  const { checksumStart: left } = skb;
  const inner = left + skb.checksumOffset;
  const begun = get16(bytes, inner);
  completeChecksum(bytes, skb);
  const sum = checksumOf(sum16(bytes, start, size));
  set16(bytes, field, kind === "udp" ? sum || MANGLED_0 : sum);
  set16(bytes, inner, begun);
  skb.checksumStart = left;
}
