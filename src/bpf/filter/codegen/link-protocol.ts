import { and, type Condition, or } from "../ir/condition.ts";
import { LINK_TYPES, type LinkTypeName } from "../names/link-types.ts";
import { atmField } from "./atm-field.ts";
import type { Context } from "./context.ts";
import { cookedProtocol, ethernetProtocol } from "./ethernet-protocol.ts";
import { UNSET } from "./header-offset.ts";
import { llcProtocol } from "./llc-protocol.ts";
import { always, equals } from "./load.ts";
import { loopbackProtocol } from "./loopback-protocol.ts";
import { outerHeaderCheck } from "./outer-header.ts";
import { pppBsdosProtocol, pppProtocol } from "./ppp-protocol.ts";
import { FAMILY, NLPID, SAP, ETHERTYPE as TYPE } from "./protocol-numbers.ts";
import { isDataFrame } from "./wlan-frame.ts";

type Generate = (c: Context, protocol: number) => Condition;

const pppTypes: Generate = (c, protocol) => equals(c, "type", 0, 2, pppProtocol(protocol));

/** Only the version in the first byte tells what is carried. */
const ipByVersion: Generate = (c, protocol) => {
  if (protocol === TYPE.IP) return equals(c, "header", 0, 1, 0x40, 0xf0);
  return protocol === TYPE.IPV6 ? equals(c, "header", 0, 1, 0x60, 0xf0) : always(false);
};

const only =
  (carried: number): Generate =>
  (_c, protocol) =>
    always(protocol === carried);

const wlan: Generate = (c, protocol) => and(isDataFrame(c), llcProtocol(c, protocol));

const ethernet: Generate = (c, protocol) =>
  and(c.inTunnel ? undefined : outerHeaderCheck(c), ethernetProtocol(c, protocol));

const hdlc: Generate = (c, protocol) =>
  equals(c, "type", 0, 2, protocol === SAP.ISO ? (SAP.ISO << 8) | SAP.ISO : protocol);

const pflog: Generate = (c, protocol) => {
  if (protocol === TYPE.IP) return equals(c, "header", 1, 1, FAMILY.INET);
  return protocol === TYPE.IPV6 ? equals(c, "header", 1, 1, FAMILY.INET6_LINUX) : always(false);
};

/** Solaris's address families. */
const ipnet: Generate = (c, protocol) => {
  if (protocol === TYPE.IP) return equals(c, "type", 0, 1, 2);
  return protocol === TYPE.IPV6 ? equals(c, "type", 0, 1, 26) : always(false);
};

/** ARCNET protocol identifiers (RFC 1051, RFC 1201): the newer and the older one. */
const ARCNET: Readonly<Record<number, readonly [number, ...number[]]>> = {
  [TYPE.IP]: [212, 240],
  [TYPE.ARP]: [213, 241],
  [TYPE.REVARP]: [214],
  [TYPE.ATALK]: [221],
  [TYPE.IPV6]: [0xc4],
};

const arcnet: Generate = (c, protocol) => {
  const [first, ...others] = ARCNET[protocol] ?? [];
  if (first === undefined) return always(false);
  return or(equals(c, "type", 0, 1, first), ...others.map((other) => equals(c, "type", 0, 1, other)));
};

/** RFC 2427: unnumbered information, then the network layer's identifier. */
const frameRelay: Generate = (c, protocol) => {
  const carries = (identifier: number) => equals(c, "header", 2, 2, (0x03 << 8) | identifier);
  switch (protocol) {
    case TYPE.IP:
      return carries(NLPID.IP);
    case TYPE.IPV6:
      return carries(NLPID.IPV6);
    case SAP.ISO:
      return or(carries(NLPID.CLNP), or(carries(NLPID.ESIS), carries(NLPID.ISIS)));
    default:
      return always(false);
  }
};

/** The protocol is not looked at: only the magic number that begins every packet. */
const juniper: Generate = (c) => equals(c, "header", 0, 4, 0x4d474300, 0xffffff00);
const bacnet: Generate = (c) => equals(c, "header", 0, 4, 0x55ff0000, 0xffff0000);

const notTold: Generate = (c) =>
  c.fail(`Which protocol a packet of link type ${c.linkTypeName} carries cannot be told by a filter.`);

const GENERATORS: Partial<Record<LinkTypeName, Generate>> = {
  EN10MB: ethernet,
  NETANALYZER: ethernet,
  NETANALYZER_TRANSPARENT: ethernet,
  C_HDLC: hdlc,
  HDLC: hdlc,
  IEEE802_11: wlan,
  PRISM_HEADER: wlan,
  IEEE802_11_RADIO_AVS: wlan,
  IEEE802_11_RADIO: wlan,
  PPI: wlan,
  FDDI: llcProtocol,
  IEEE802: llcProtocol,
  ATM_RFC1483: llcProtocol,
  ATM_CLIP: llcProtocol,
  IP_OVER_FC: llcProtocol,
  SUNATM: (c, protocol) => and(atmField(c, "llc"), llcProtocol(c, protocol)),
  LINUX_SLL: cookedProtocol,
  SLIP: ipByVersion,
  SLIP_BSDOS: ipByVersion,
  RAW: ipByVersion,
  IPV4: only(TYPE.IP),
  IPV6: only(TYPE.IPV6),
  LTALK: only(TYPE.ATALK),
  PPP: pppTypes,
  PPP_PPPD: pppTypes,
  PPP_SERIAL: pppTypes,
  PPP_ETHER: pppTypes,
  PPP_BSDOS: pppBsdosProtocol,
  NULL: loopbackProtocol,
  LOOP: loopbackProtocol,
  ENC: loopbackProtocol,
  PFLOG: pflog,
  ARCNET: arcnet,
  ARCNET_LINUX: arcnet,
  FRELAY: frameRelay,
  BACNET_MS_TP: bacnet,
  IPNET: ipnet,
};

for (const name of [
  ...(["JUNIPER_MFR", "JUNIPER_MLFR", "JUNIPER_MLPPP", "JUNIPER_ATM1", "JUNIPER_ATM2", "JUNIPER_PPPOE"] as const),
  ...(["JUNIPER_PPPOE_ATM", "JUNIPER_GGSN", "JUNIPER_ES", "JUNIPER_MONITOR", "JUNIPER_SERVICES"] as const),
  ...(["JUNIPER_ETHER", "JUNIPER_PPP", "JUNIPER_FRELAY", "JUNIPER_CHDLC", "JUNIPER_VP", "JUNIPER_ST"] as const),
  ...(["JUNIPER_ISM", "JUNIPER_VS", "JUNIPER_SRX_E2E", "JUNIPER_FIBRECHANNEL", "JUNIPER_ATM_CEMIC"] as const),
])
  GENERATORS[name] = juniper;

const BY_NUMBER: ReadonlyMap<number, Generate> = new Map(
  Object.entries(GENERATORS).map(([name, generate]) => [LINK_TYPES[name as LinkTypeName], generate]),
);

/**
 * The link layer says that it carries this protocol: an EtherType, or up to 1500 a service access point of LLC, whatever
 * the link type writes for it.
 */
export function linkProtocol(c: Context, protocol: number): Condition {
  if (c.mplsDepth > 0) return underMpls(c, protocol);
  const generate = BY_NUMBER.get(c.linkType);
  if (generate !== undefined) return generate(c, protocol);
  return c.typeField.constant === UNSET ? notTold(c, protocol) : equals(c, "type", 0, 2, protocol);
}

/** Behind a label stack: the last label's bottom-of-stack bit and the version of IP. */
function underMpls(c: Context, protocol: number): Condition {
  const version = protocol === TYPE.IP ? 4 : protocol === TYPE.IPV6 ? 6 : undefined;
  if (version === undefined) return c.fail("Under MPLS only IPv4 and IPv6 can be told apart.");
  return and(equals(c, "network", -2, 1, 0x01, 0x01), equals(c, "network", 0, 1, version << 4, 0xf0));
}
