import { get16 } from "../../packet/wire.ts";
import { IPV6_HEADER } from "./header.ts";

/* Numbers of IPv6 extension headers as next headers (RFC 8200 section 4). */
export const NEXT_HOP_BY_HOP = 0;
export const NEXT_ROUTING = 43;
export const NEXT_FRAGMENT = 44;
export const NEXT_AUTHENTICATION = 51;
export const NEXT_NONE = 59;
export const NEXT_DESTINATION = 60;

/** Length in bytes of a fragment header (RFC 8200 section 4.5). */
export const FRAGMENT_HEADER = 8;
/** Its low bit: more fragments follow. */
export const IP6_MF = 1;
/** Mask of its offset, which counts bytes. */
export const IP6_OFFSET = 0xfff8;

/** Where a packet's upper layer begins. */
export interface UpperLayer {
  /** `NEXT_FRAGMENT` for a fragment that is not the first one. */
  readonly protocol: number;
  /** Its address; at or beyond the packet's end where the packet ends before it. */
  readonly at: number;
  /** A fragment header was passed whose offset or more-bit is set. */
  readonly isFragment: boolean;
}

/** Steps over the extension headers of the packet at `ip` that ends before `end` (ipv6_skip_exthdr); undefined where one is cut off or nothing follows. */
export function skipExtensions(bytes: Uint8Array, ip: number, end: number): UpperLayer | undefined {
  let protocol = bytes[ip + 6]!;
  let at = ip + IPV6_HEADER;
  let isFragment = false;
  for (;;) {
    let length = 0;
    switch (protocol) {
      case NEXT_HOP_BY_HOP:
      case NEXT_ROUTING:
      case NEXT_DESTINATION:
        length = (bytes[at + 1]! + 1) * 8;
        break;
      case NEXT_AUTHENTICATION:
        length = (bytes[at + 1]! + 2) * 4;
        break;
      case NEXT_FRAGMENT: {
        if (at + 4 > end) return undefined;
        const field = get16(bytes, at + 2);
        if ((field & (IP6_OFFSET | IP6_MF)) !== 0) isFragment = true;
        if ((field & IP6_OFFSET) !== 0) return { protocol, at, isFragment };
        length = FRAGMENT_HEADER;
        break;
      }
      case NEXT_NONE:
        return undefined;
      default:
        return { protocol, at, isFragment };
    }
    if (at + 2 > end) return undefined;
    protocol = bytes[at]!;
    at += length;
  }
}

/** What is wrong with an options header, and where: `pointer` counts from the IPv6 header (RFC 4443 section 3.4). */
export type OptionsProblem =
  | { readonly kind: "bad" }
  | { readonly kind: "unknown"; readonly pointer: number; readonly reply: "always" | "unicast" | "never" };

const PAD1 = 0;
const PADN = 1;
const ROUTER_ALERT = 5;
const HOME_ADDRESS = 201;
/** net.ipv6.max_hbh_opts_number and max_dst_opts_number. */
const MOST_OPTIONS = 8;

/**
 * Checks the options of a hop-by-hop or destination options header of `length` bytes at `at` (ip6_parse_tlv). An unknown
 * option's two highest bits say what to do. Known ones, such as router alert, ask for nothing that netsim does.
 */
export function optionsProblem(bytes: Uint8Array, ip: number, at: number, length: number): OptionsProblem | undefined {
  const end = at + length;
  let next = at + 2;
  let padding = 0;
  let options = 0;
  while (next < end) {
    const type = bytes[next]!;
    if (type === PAD1) {
      next++;
      if (++padding > 7) return { kind: "bad" };
      continue;
    }
    if (next + 2 > end) return { kind: "bad" };
    const size = bytes[next + 1]! + 2;
    if (next + size > end) return { kind: "bad" };
    if (type === PADN) {
      padding += size;
      if (padding > 7) return { kind: "bad" };
      for (let i = 2; i < size; i++) if (bytes[next + i] !== 0) return { kind: "bad" };
    } else {
      if (++options > MOST_OPTIONS) return { kind: "bad" };
      padding = 0;
      if (type === ROUTER_ALERT) {
        if (size !== 4) return { kind: "bad" };
      } else if (type !== HOME_ADDRESS && type >> 6 !== 0)
        return {
          kind: "unknown",
          pointer: next - ip,
          reply: type >> 6 === 2 ? "always" : type >> 6 === 3 ? "unicast" : "never",
        };
    }
    next += size;
  }
  return undefined;
}
