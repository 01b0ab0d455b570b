import { LINK_TYPES, type LinkTypeName } from "../names/link-types.ts";
import { UNSET } from "./header-offset.ts";

/** Where things are in a packet of one link type, in bytes from its start. */
export interface LinkLayout {
  /** The field that tells the protocol; of LLC types the LLC header. */
  readonly type: number;
  /** What the link layer carries; an LLC header counts as carried. */
  readonly payload: number;
  /** From `payload` to the network header, behind an LLC and SNAP header where there are such. */
  readonly network: number;
  /** The same where LLC comes without SNAP. */
  readonly networkWithoutSnap: number;
  /** The link-layer header itself, behind a pseudo-header. */
  readonly header?: number;
  /** The length of a radio header before it varies. */
  readonly headerVaries?: true;
  /** The length of the link-layer header varies. */
  readonly payloadVaries?: true;
  /** Fields of ATM's pseudo-header. */
  readonly atm?: { readonly vpi: number; readonly vci: number; readonly protocol: number; readonly payload: number };
  /** Fields of SS7, in MTP2 and in its high-speed variant. */
  readonly ss7?: Ss7Layout;
}

export interface Ss7Layout {
  readonly length: number;
  readonly highSpeedLength: number;
  readonly sio: number;
  readonly opc: number;
  readonly dpc: number;
  readonly sls: number;
}

function layout(type: number, payload: number, network: number, networkWithoutSnap: number): LinkLayout {
  return { type, payload, network, networkWithoutSnap };
}

function ss7(length: number): LinkLayout {
  const [sio, opc, sls] = [length + 1, length + 2, length + 5];
  return { ...RAW_ONLY, ss7: { length, highSpeedLength: length + 2, sio, opc, dpc: opc, sls } };
}

/** Nothing is known but where the packet begins: only `link[...]`, `len` and the like make sense. */
const RAW_ONLY = layout(UNSET, UNSET, UNSET, UNSET);
const IP_ONLY = layout(UNSET, 0, 0, 0);
const PPP_HDLC = layout(2, 4, 0, 0);
const LOOPBACK = layout(0, 4, 0, 0);
const WLAN: LinkLayout = { ...layout(24, 0, 8, 3), payloadVaries: true };
const WLAN_AFTER_RADIO: LinkLayout = { ...WLAN, headerVaries: true };
const JUNIPER = layout(4, 4, 0, UNSET);
const JUNIPER_COOKIE = (type: number) => layout(type, UNSET, UNSET, UNSET);

/** Layouts of the link types about which more is known than the start of the packet (init_linktype of libpcap's gencode.c). */
const LAYOUTS: Partial<Record<LinkTypeName, LinkLayout>> = {
  NULL: LOOPBACK,
  LOOP: LOOPBACK,
  ENC: layout(0, 12, 0, 0),
  EN10MB: layout(12, 14, 0, 3),
  NETANALYZER: { ...layout(16, 18, 0, 3), header: 4 },
  NETANALYZER_TRANSPARENT: { ...layout(24, 26, 0, 3), header: 12 },
  IEEE802: layout(14, 14, 8, 3),
  FDDI: layout(13, 13, 8, 3),
  ARCNET: layout(2, 6, 0, 0),
  ARCNET_LINUX: layout(4, 8, 0, 0),
  SLIP: layout(UNSET, 16, 0, 0),
  SLIP_BSDOS: layout(UNSET, 24, 0, 0),
  PPP: PPP_HDLC,
  PPP_PPPD: PPP_HDLC,
  PPP_SERIAL: PPP_HDLC,
  C_HDLC: PPP_HDLC,
  HDLC: PPP_HDLC,
  PPP_ETHER: layout(6, 8, 0, 0),
  PPP_BSDOS: layout(5, 24, 0, 0),
  IEEE802_11: WLAN,
  IEEE802_11_RADIO: WLAN_AFTER_RADIO,
  IEEE802_11_RADIO_AVS: WLAN_AFTER_RADIO,
  PRISM_HEADER: WLAN_AFTER_RADIO,
  PPI: WLAN_AFTER_RADIO,
  ATM_RFC1483: layout(0, 0, 8, 3),
  ATM_CLIP: layout(0, 0, 8, 3),
  SUNATM: { ...layout(4, 4, 8, 3), atm: { vpi: 1, vci: 2, protocol: 0, payload: 4 } },
  RAW: IP_ONLY,
  IPV4: IP_ONLY,
  IPV6: IP_ONLY,
  LINUX_SLL: layout(14, 16, 0, 0),
  LINUX_SLL2: layout(0, 20, 0, 0),
  LTALK: IP_ONLY,
  FRELAY: IP_ONLY,
  MFR: layout(UNSET, 0, 4, 0),
  IP_OVER_FC: layout(16, 16, 8, 3),
  APPLE_IP_OVER_IEEE1394: layout(16, 18, 0, 0),
  SYMANTEC_FIREWALL: layout(6, 44, 0, 0),
  PFLOG: { ...layout(0, 0, 0, 0), payloadVaries: true },
  PFSYNC: layout(UNSET, 4, 0, 0),
  IPNET: layout(1, 24, 0, UNSET),
  JUNIPER_MFR: JUNIPER,
  JUNIPER_MLFR: JUNIPER,
  JUNIPER_MLPPP: JUNIPER,
  JUNIPER_PPP: JUNIPER,
  JUNIPER_CHDLC: JUNIPER,
  JUNIPER_FRELAY: JUNIPER,
  JUNIPER_ATM1: layout(4, 4, 0, 10),
  JUNIPER_ATM2: layout(8, 8, 0, 10),
  JUNIPER_PPPOE: layout(16, 14, 18, 21),
  JUNIPER_ETHER: layout(16, 14, 18, 21),
  JUNIPER_PPPOE_ATM: layout(4, 6, 0, UNSET),
  JUNIPER_GGSN: layout(6, 12, 0, UNSET),
  JUNIPER_ES: JUNIPER_COOKIE(6),
  JUNIPER_MONITOR: layout(12, 12, 0, UNSET),
  JUNIPER_SERVICES: JUNIPER_COOKIE(12),
  JUNIPER_VP: JUNIPER_COOKIE(18),
  JUNIPER_ST: JUNIPER_COOKIE(18),
  JUNIPER_ISM: JUNIPER_COOKIE(8),
  JUNIPER_VS: JUNIPER_COOKIE(8),
  JUNIPER_SRX_E2E: JUNIPER_COOKIE(8),
  JUNIPER_FIBRECHANNEL: JUNIPER_COOKIE(8),
  JUNIPER_ATM_CEMIC: JUNIPER_COOKIE(8),
  MTP2: ss7(2),
  MTP2_WITH_PHDR: ss7(6),
  ERF: ss7(22),
};

const BY_NUMBER: ReadonlyMap<number, LinkLayout> = new Map(
  Object.entries(LAYOUTS).map(([name, known]) => [LINK_TYPES[name as LinkTypeName], known]),
);

/** Numbers from 104 to 289 are link types all, most of them without a layout that filters could use. */
const LOWEST_OF_REGISTRY = 104;
const HIGHEST_OF_REGISTRY = LINK_TYPES.ATSC_ALP;

/** The layout of a link type; undefined where filters cannot be compiled for it. */
export function linkLayout(linkType: number): LinkLayout | undefined {
  const known = BY_NUMBER.get(linkType);
  if (known !== undefined) return known;
  return linkType >= LOWEST_OF_REGISTRY && linkType <= HIGHEST_OF_REGISTRY ? RAW_ONLY : undefined;
}
