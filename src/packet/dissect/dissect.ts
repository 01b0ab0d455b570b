import { ETHERTYPES } from "../protocol-number.ts";
import { dissectEthernet, dissectEthertype } from "./ethernet.ts";
import { type Follow, truncated, View } from "./view.ts";

/** Headers that name their content by an ethertype, after which a line ends. */
const DEPTH = 8;

/**
 * One line about a packet, for a person who follows its way: from outside in, addresses and ports and what the
 * innermost protocol says; what is cut off is said to be. Reads only the packet and never throws, whatever the bytes.
 * @param linkType LINKTYPE_ value of what is at `at`.
 */
export function dissect(bytes: Uint8Array, at: number, length: number, linkType: number): string {
  return dissectLink(new View(bytes, at, at + length), linkType, follow(DEPTH));
}

function follow(depth: number): Follow {
  return (ethertype, view) => (depth === 0 ? "..." : dissectEthertype(ethertype, view, follow(depth - 1)));
}

/* LINKTYPE_ values (tcpdump.org's list). */
const NULL = 0;
const ETHERNET = 1;
const RAW = 101;
const LOOP = 108;
const LINUX_SLL = 113;
const IPV4 = 228;
const IPV6 = 229;
const LINUX_SLL2 = 276;

function dissectLink(view: View, linkType: number, next: Follow): string {
  switch (linkType) {
    case ETHERNET:
      return dissectEthernet(view, next);
    case RAW:
      return dissectByVersion(view, next);
    case IPV4:
      return next(ETHERTYPES.ipv4, view);
    case IPV6:
      return next(ETHERTYPES.ipv6, view);
    case NULL:
    case LOOP:
      // The address family in either byte order; IPv6's differs from system to system, the version does not.
      return view.has(4) ? dissectByVersion(view.from(4), next) : truncated("loopback header", view, 4);
    case LINUX_SLL:
      return view.has(16) ? next(view.u16(14), view.from(16)) : truncated("cooked header", view, 16);
    case LINUX_SLL2:
      return view.has(20) ? next(view.u16(0), view.from(20)) : truncated("cooked header", view, 20);
    default:
      return `link type ${linkType} length ${view.length}`;
  }
}

function dissectByVersion(view: View, next: Follow): string {
  if (!view.has(1)) return truncated("IP", view, 1);
  const version = view.u8(0) >>> 4;
  if (version === 4) return next(ETHERTYPES.ipv4, view);
  return version === 6 ? next(ETHERTYPES.ipv6, view) : `IP version ${version} length ${view.length}`;
}
