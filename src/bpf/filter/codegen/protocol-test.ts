import { and, type Condition, or } from "../ir/condition.ts";
import type { Protocol } from "../syntax/ast.ts";
import type { Context } from "./context.ts";
import { linkProtocol } from "./link-protocol.ts";
import { equals } from "./load.ts";
import { IP_PROTOCOL as IP, NLPID, SAP, ETHERTYPE as TYPE } from "./protocol-numbers.ts";

/** PDU types of IS-IS (ISO/IEC 10589). */
const PDU = {
  L1_LAN_HELLO: 15,
  L2_LAN_HELLO: 16,
  POINT_TO_POINT_HELLO: 17,
  L1_LINK_STATE: 18,
  L2_LINK_STATE: 20,
  L1_COMPLETE: 24,
  L2_COMPLETE: 25,
  L1_PARTIAL: 26,
  L2_PARTIAL: 27,
} as const;

/** Protocols that the link layer tells apart. */
const IN_LINK: Readonly<Partial<Record<Protocol, number>>> = {
  ip: TYPE.IP,
  arp: TYPE.ARP,
  rarp: TYPE.REVARP,
  atalk: TYPE.ATALK,
  aarp: TYPE.AARP,
  decnet: TYPE.DECNET,
  sca: TYPE.SCA,
  lat: TYPE.LAT,
  mopdl: TYPE.MOPDL,
  moprc: TYPE.MOPRC,
  ip6: TYPE.IPV6,
  iso: SAP.ISO,
  stp: SAP.SPANNING_TREE,
  ipx: SAP.IPX,
  netbeui: SAP.NETBEUI,
};

/** Protocols inside another one; inside either IP where none is named. */
const INSIDE: Readonly<Partial<Record<Protocol, readonly [number, ("ip" | "ip6" | "iso")?]>>> = {
  sctp: [IP.SCTP],
  tcp: [IP.TCP],
  udp: [IP.UDP],
  icmp: [IP.ICMP, "ip"],
  igmp: [IP.IGMP, "ip"],
  igrp: [IP.IGRP, "ip"],
  pim: [IP.PIM],
  vrrp: [IP.VRRP, "ip"],
  carp: [IP.VRRP, "ip"],
  icmp6: [IP.ICMPV6, "ip6"],
  ah: [IP.AH],
  esp: [IP.ESP],
  esis: [NLPID.ESIS, "iso"],
  isis: [NLPID.ISIS, "iso"],
  clnp: [NLPID.CLNP, "iso"],
};

/** Kinds of IS-IS PDU that have a name together; tested in the order of libpcap, the last first. */
const ISIS_KINDS: Readonly<Partial<Record<Protocol, readonly [number, ...number[]]>>> = {
  l1: [PDU.L1_LAN_HELLO, PDU.POINT_TO_POINT_HELLO, PDU.L1_LINK_STATE, PDU.L1_COMPLETE, PDU.L1_PARTIAL],
  l2: [PDU.L2_LAN_HELLO, PDU.POINT_TO_POINT_HELLO, PDU.L2_LINK_STATE, PDU.L2_COMPLETE, PDU.L2_PARTIAL],
  iih: [PDU.L1_LAN_HELLO, PDU.L2_LAN_HELLO, PDU.POINT_TO_POINT_HELLO],
  lsp: [PDU.L1_LINK_STATE, PDU.L2_LINK_STATE],
  snp: [PDU.L1_COMPLETE, PDU.L2_COMPLETE, PDU.L1_PARTIAL, PDU.L2_PARTIAL],
  csnp: [PDU.L1_COMPLETE, PDU.L2_COMPLETE],
  psnp: [PDU.L1_PARTIAL, PDU.L2_PARTIAL],
};

/** A protocol's name by itself: the packet is of that protocol. */
export function isOfProtocol(c: Context, protocol: Protocol): Condition {
  const type = IN_LINK[protocol];
  if (type !== undefined) return linkProtocol(c, type);
  const inside = INSIDE[protocol];
  if (inside !== undefined) return carries(c, inside[1], inside[0]);
  const kinds = ISIS_KINDS[protocol];
  if (kinds !== undefined) {
    const [first, ...others] = kinds.map((kind) => carries(c, "isis", kind));
    return others.reduce((before, kind, i) => (i === 0 ? or(before, kind) : or(kind, before)), first!);
  }
  return c.fail(
    `'${protocol}' is no test by itself.`,
    protocol === "ether" ? "Write an address behind it, or 'proto' and a number." : undefined,
  );
}

/** `proto`: the number of the protocol carried by another one; by either IP where that is undefined. */
export function carries(c: Context, outer: Protocol | undefined, number: number): Condition {
  switch (outer) {
    case undefined:
      return or(carries(c, "ip", number), carries(c, "ip6", number));
    case "ether":
      return linkProtocol(c, number);
    case "ip":
      return and(linkProtocol(c, TYPE.IP), equals(c, "network", 9, 1, number));
    case "ip6": {
      // Of the extension headers only a fragment header that comes first is skipped.
      const isIp6 = linkProtocol(c, TYPE.IPV6);
      const inFragment = and(equals(c, "network", 6, 1, IP.FRAGMENT), equals(c, "network", 40, 1, number));
      return and(isIp6, or(equals(c, "network", 6, 1, number), inFragment));
    }
    case "iso":
      return inIso(c, number);
    case "isis":
      return and(inIso(c, NLPID.ISIS), equals(c, "network-without-snap", 4, 1, number));
    default:
      return c.fail(
        `What '${outer}' carries cannot be tested with 'proto'.`,
        "That can be done for ether, ip, ip6, iso and isis.",
      );
  }
}

function inIso(c: Context, identifier: number): Condition {
  if (c.on("FRELAY")) return equals(c, "header", 2, 2, (0x03 << 8) | identifier);
  if (c.on("C_HDLC", "HDLC"))
    return and(linkProtocol(c, (SAP.ISO << 8) | SAP.ISO), equals(c, "network-without-snap", 1, 1, identifier));
  return and(linkProtocol(c, SAP.ISO), equals(c, "network-without-snap", 0, 1, identifier));
}
