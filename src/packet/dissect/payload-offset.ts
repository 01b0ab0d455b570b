import { ETHERTYPES, IP_PROTOCOLS } from "../protocol-number.ts";
import { get16 } from "../wire.ts";

/**
 * Where a packet's payload begins, counted from `dataStart`: what the kernel's skb_get_poff finds and the ancillary
 * load `poff` gives. Headers up to the transport are walked as __skb_flow_dissect does (net/core/flow_dissector.c,
 * Linux 6.18); 0 for what it cannot follow. A fragment that is not the first has no transport header.
 * All positions are addresses in `bytes`; nothing is read outside them or at `end` and after.
 * @param networkHeader may lie before `dataStart`, as for the filters of UDP and TCP sockets.
 * @param end address after the packet's last byte.
 * @param protocol ethertype of what is at `networkHeader`, in host order; of what follows a VLAN tag that was taken out.
 */
export function payloadOffset(
  bytes: Uint8Array,
  networkHeader: number,
  end: number,
  protocol: number,
  dataStart: number,
): number {
  return walk.run(bytes, networkHeader, end, protocol, dataStart);
}

/** MAX_FLOW_DISSECT_HDRS: from then on the kernel takes what follows as payload. */
const MAX_HEADERS = 15;

/** What a step answers instead of the ethertype of the next header. */
const BAD = -1;
const DONE = -2;
/** The next header is the one that `transport` names. */
const IP = -3;

const FCOE = 0x8906;
const TIPC = 0x88ca;
const RARP = 0x8035;
const BATMAN = 0x4305;
const HSR = 0x892f;
const PRP = 0x88fb;
const CFM = 0x8902;

const PPP_IPV4 = 0x21;
const PPP_IPV6 = 0x57;
const PPP_MPLS = 0x281;
const PPP_MPLS_MULTICAST = 0x283;

const MPLS_IN_IP = 137;

const GRE_CHECKSUM = 0x8000;
const GRE_ROUTING = 0x4000;
const GRE_KEY = 0x2000;
const GRE_SEQUENCE = 0x1000;
const GRE_ACKNOWLEDGEMENT = 0x0080;
const PPTP = 0x880b;

/** A walk over a packet's headers; each step moves `at` over one. */
class HeaderWalk {
  private bytes: Uint8Array = new Uint8Array(0);
  private end = 0;
  /** Address of the next header. */
  private at = 0;
  /** IP protocol of what is at `at`; 0 before any IP header. */
  private transport = 0;
  /** Ethertype of the last IP header. */
  private version = 0;
  private isLaterFragment = false;

  run(bytes: Uint8Array, networkHeader: number, end: number, protocol: number, dataStart: number): number {
    this.bytes = bytes;
    this.end = end;
    this.at = networkHeader;
    this.transport = 0;
    this.isLaterFragment = false;
    if (!this.follow(protocol)) return 0;
    // The kernel keeps the offset in 16 bits, and no greater than the packet's length.
    const offset = Math.min((this.at - dataStart) & 0xffff, (end - dataStart) & 0xffff);
    return this.isLaterFragment ? offset : offset + this.transportLength(dataStart + offset);
  }

  private has(length: number): boolean {
    return this.end - this.at >= length;
  }

  /** Walks on from a header named by an ethertype; false where the kernel gives up. */
  private follow(ethertype: number): boolean {
    let headers = 0;
    let next = ethertype;
    for (;;) {
      next = this.ethertypeHeader(next);
      if (next === IP) {
        do next = this.ipHeader();
        while (next === IP && ++headers <= MAX_HEADERS);
      }
      if (next === BAD) return false;
      if (next < 0 || ++headers > MAX_HEADERS) return true;
    }
  }

  /** Steps over one header: the ethertype of the next one, or BAD, DONE, IP. */
  private ethertypeHeader(ethertype: number): number {
    const { bytes, at } = this;
    switch (ethertype) {
      case ETHERTYPES.ipv4: {
        if (!this.has(20)) return BAD;
        const headerLength = (bytes[at]! & 0xf) * 4;
        if (headerLength < 20) return BAD;
        this.at += headerLength;
        this.transport = bytes[at + 9]!;
        const fragment = get16(bytes, at + 6);
        this.isLaterFragment = (fragment & 0x1fff) !== 0;
        this.version = ethertype;
        return (fragment & 0x3fff) !== 0 ? DONE : IP;
      }
      case ETHERTYPES.ipv6:
        if (!this.has(40)) return BAD;
        this.at += 40;
        this.transport = bytes[at + 6]!;
        this.version = ethertype;
        return IP;
      case ETHERTYPES.vlan:
      case ETHERTYPES["service-vlan"]:
        if (!this.has(4)) return BAD;
        this.at += 4;
        return get16(bytes, at + 2);
      case ETHERTYPES.pppoe:
        return this.pppoeHeader();
      case TIPC:
        return this.has(16) ? DONE : BAD;
      case ETHERTYPES.mpls:
      case ETHERTYPES["mpls-multicast"]:
        this.at += 4;
        return DONE;
      case FCOE:
        return this.over(38);
      case ETHERTYPES.ptp:
        return this.over(34);
      case ETHERTYPES.arp:
      case RARP:
      case CFM:
        return DONE;
      case BATMAN:
        // A unicast packet of compatibility version 15, and the Ethernet header in it.
        if (!this.has(24) || bytes[at] !== 0x40 || bytes[at + 1] !== 15) return BAD;
        this.at += 24;
        return get16(bytes, at + 22);
      case HSR:
      case PRP:
        if (!this.has(6)) return BAD;
        this.at += 6;
        return get16(bytes, at + 4);
      default:
        return BAD;
    }
  }

  private over(length: number): number {
    if (!this.has(length)) return BAD;
    this.at += length;
    return DONE;
  }

  private pppoeHeader(): number {
    const { bytes, at } = this;
    if (!this.has(8) || bytes[at] !== 0x11 || bytes[at + 1] !== 0) return BAD;
    this.at += 8;
    const protocol = get16(bytes, at + 6);
    switch (protocol) {
      case PPP_IPV4:
        return ETHERTYPES.ipv4;
      case PPP_IPV6:
        return ETHERTYPES.ipv6;
      case PPP_MPLS:
        return ETHERTYPES.mpls;
      case PPP_MPLS_MULTICAST:
        return ETHERTYPES["mpls-multicast"];
      default:
        // A valid number has an even high byte and an odd low one (RFC 1661 section 2); compressed ones are not followed.
        return (protocol & 0x101) === 1 ? DONE : BAD;
    }
  }

  /** Steps over one header named by an IP protocol number: IP again, an ethertype, BAD, or DONE at what the walk does not step over. */
  private ipHeader(): number {
    const { bytes, at } = this;
    switch (this.transport) {
      case IP_PROTOCOLS.gre:
        return this.greHeader();
      case IP_PROTOCOLS["hop-by-hop"]:
      case IP_PROTOCOLS.routing:
      case IP_PROTOCOLS["destination-options"]:
        if (this.version !== ETHERTYPES.ipv6) return DONE;
        if (!this.has(2)) return BAD;
        this.transport = bytes[at]!;
        this.at += (bytes[at + 1]! + 1) * 8;
        return IP;
      case IP_PROTOCOLS.fragment:
        if (this.version !== ETHERTYPES.ipv6) return DONE;
        if (!this.has(8)) return BAD;
        this.at += 8;
        this.transport = bytes[at]!;
        this.isLaterFragment = (get16(bytes, at + 2) & 0xfff8) !== 0;
        return DONE;
      case IP_PROTOCOLS.ipv4:
        return ETHERTYPES.ipv4;
      case IP_PROTOCOLS.ipv6:
        return ETHERTYPES.ipv6;
      case MPLS_IN_IP:
        return ETHERTYPES.mpls;
      default:
        return DONE;
    }
  }

  /** GRE of version 0, and 1 where it is PPTP's (RFC 2637); others end the walk before them. */
  private greHeader(): number {
    const { bytes, at, end } = this;
    if (!this.has(4)) return BAD;
    const flags = get16(bytes, at);
    const version = flags & 7;
    const protocol = get16(bytes, at + 2);
    if ((flags & GRE_ROUTING) !== 0 || version > 1) return DONE;
    if (version === 1 && (protocol !== PPTP || (flags & GRE_KEY) === 0)) return DONE;
    let next = at + 4;
    if ((flags & GRE_CHECKSUM) !== 0) next += 4;
    if ((flags & GRE_KEY) !== 0) {
      if (end - next < 4) return BAD;
      next += 4;
    }
    if ((flags & GRE_SEQUENCE) !== 0) next += 4;
    let ethertype = protocol;
    if (version === 1) {
      if ((flags & GRE_ACKNOWLEDGEMENT) !== 0) next += 4;
      if (end - next < 4) return BAD;
      const inner = get16(bytes, next + 2);
      if (inner === PPP_IPV4) ethertype = ETHERTYPES.ipv4;
      else if (inner === PPP_IPV6) ethertype = ETHERTYPES.ipv6;
      next += 4;
    } else if (protocol === ETHERTYPES.ether) {
      if (end - next < 14) return BAD;
      ethertype = get16(bytes, next + 12);
      next += 14;
    }
    this.at = next;
    return ethertype;
  }

  /** Length of the transport header at `at` as __skb_get_poff counts it: TCP's with options, else that of the fixed header. */
  private transportLength(at: number): number {
    const { bytes, end } = this;
    switch (this.transport) {
      case IP_PROTOCOLS.tcp:
        return end - at < 13 ? 0 : Math.max(20, (bytes[at + 12]! & 0xf0) >>> 2);
      case IP_PROTOCOLS.udp:
      case IP_PROTOCOLS.udplite:
      case IP_PROTOCOLS.icmp:
      case IP_PROTOCOLS.icmp6:
      case IP_PROTOCOLS.igmp:
        return 8;
      case IP_PROTOCOLS.dccp:
      case IP_PROTOCOLS.sctp:
        return 12;
      default:
        return 0;
    }
  }
}

/** One object for all, so that no call allocates. */
const walk = new HeaderWalk();
