import { ADDRESSES, checksumOf, sum16 } from "../../packet/checksum.ts";
import { GSO } from "../../packet/gso-type.ts";
import { linearLength } from "../../packet/linear-part.ts";
import type { Skb } from "../../packet/skb.ts";
import { get16, get32, set16, set32 } from "../../packet/wire.ts";
import { IPV6_HEADER, writeChecksum } from "../ip/header.ts";
import type { Ledger } from "../ledger.ts";
import { CWR, FIN, PSH } from "../tcp/flags.ts";
import { type Headers, readHeaders } from "./headers.ts";

/** Where sequence number, flags and checksum stand in a TCP header. */
const SEQUENCE = 4;
const FLAGS = 13;
const CHECKSUM = 16;
const UDP_LENGTH = 4;
const TCP = 6;

/** Bytes of headers before the payload of a packet that is to be cut, and how many packets that gives; undefined: it cannot be cut. */
export function countSegments(bytes: Uint8Array, skb: Skb): { headers: number; segments: number } | undefined {
  const found = readHeaders(bytes, skb);
  if (found === undefined) return undefined;
  const headers = found.payload;
  return { headers, segments: Math.ceil((skb.length - headers) / skb.segmentSize) };
}

/** Bytes of headers that each segment has (qdisc_pkt_len_init). */
export function headersOf(bytes: Uint8Array, skb: Skb): number {
  return readHeaders(bytes, skb)?.payload ?? 0;
}

/** Bytes of the data of a packet, or of the largest packet that it will be cut into (skb_gso_validate_network_len, skb_gso_validate_mac_len). */
export function largestLength(bytes: Uint8Array, skb: Skb): number {
  return skb.segmentSize === 0 ? skb.length : headersOf(bytes, skb) + skb.segmentSize;
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
  const headers = readHeaders(store.bytes, skb);
  if (headers === undefined) return false;
  const { tcp, payload } = headers;
  const { segmentSize: size, segmentType } = skb;
  if (skb.length - payload <= size || (skb.checksumStart !== 0 && skb.checksumStart !== skb.data + tcp)) return false;
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
  skb.checksumStart += gone;
  return skb;
}

/** A packet whose checksum is complete is given back to the device to complete (tcp4_gso_segment). */
function sumPseudoHeader(bytes: Uint8Array, skb: Skb, { tcp, layers }: Headers): void {
  const { at, family } = layers.findLast(({ family }) => family !== undefined)!;
  const { source, length } = ADDRESSES[family!];
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
  for (const { at, family, header } of layers) {
    const start = data + at;
    if (family === undefined) set16(bytes, start + UDP_LENGTH, length - at);
    else if (family === 6) set16(bytes, start + 4, length - at - IPV6_HEADER);
    else {
      set16(bytes, start + 2, length - at);
      if ((of.segmentType & GSO.tcpFixedId) === 0) set16(bytes, start + 4, get16(bytes, start + 4) + index);
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
}
