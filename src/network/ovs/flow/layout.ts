/**
 * Where each field stands in a flow key.
 *
 * A flow key is a Uint8Array of KEY_SIZE bytes, every field big-endian at a fixed offset; a mask is another array of
 * the same layout with a 1 for each bit that matters. The order is that of Open vSwitch's struct flow (lib/flow.h), so
 * that the four stages of its classifier are ranges of bytes: STAGES. What a datapath knows of lies below DATAPATH_SIZE,
 * registers and the like, which only OpenFlow tables see, at and above it.
 *
 * Some fields share bytes, as they do there: ARP's operation and addresses are `nwProto`, `nwSrc` and `nwDst`; the types
 * and codes of ICMP, ICMPv6 and IGMP are the low bytes of `tpSrc` and `tpDst`; `arpSha` and `arpTha` are also the link
 * layer addresses of neighbour discovery. A VLAN tag is present where bit VLAN_PRESENT of its TCI is set.
 */
export const AT = {
  // Stage 0: metadata.
  recircId: 0,
  dpHash: 4,
  skbPriority: 8,
  /** Number of the datapath port; NO_PORT: none. */
  inPort: 12,
  skbMark: 16,
  ctState: 20,
  ctZone: 24,
  ctNwProto: 26,
  ctMark: 28,
  /** 16 bytes. */
  ctLabel: 32,
  packetType: 48,
  /** 8 bytes. */
  tunId: 52,
  tunSrc: 60,
  tunDst: 64,
  tunIpv6Src: 68,
  tunIpv6Dst: 84,
  /** 2 bytes, TUNNEL_FLAGS. */
  tunFlags: 100,
  tunTos: 102,
  tunTtl: 103,
  tunGbpId: 104,
  tunGbpFlags: 106,
  /** Which of tun_metadata0.. are there, a bit each from the lowest up. */
  tunMetadataPresent: 107,
  tunTpSrc: 108,
  tunTpDst: 110,
  /** TUNNEL_METADATA fields of 16 bytes, values to the right. */
  tunMetadata: 112,
  /** 32 bytes for parser programs: bpf_user0..7. */
  user: 176,
  // Stage 1: link layer.
  ethDst: 208,
  ethSrc: 214,
  ethType: 220,
  /** The tags, outermost first: TPID and TCI of 2 bytes each. */
  vlanTpid: 222,
  vlanTci: 224,
  innerVlanTpid: 226,
  innerVlanTci: 228,
  /** MPLS_LABELS label stack entries of 4 bytes, outermost first. */
  mpls: 232,
  // Stage 2: network layer.
  nwSrc: 244,
  nwDst: 248,
  ctNwSrc: 252,
  ctNwDst: 256,
  ipv6Src: 260,
  ipv6Dst: 276,
  ctIpv6Src: 292,
  ctIpv6Dst: 308,
  /** 4 bytes, of which the low 20 bits count. */
  ipv6Label: 324,
  /** FRAGMENT bits. */
  nwFrag: 328,
  nwTos: 329,
  nwTtl: 330,
  nwProto: 331,
  ndTarget: 332,
  arpSha: 348,
  arpTha: 354,
  nshFlags: 360,
  nshTtl: 361,
  nshMdType: 362,
  nshNp: 363,
  /** Service path identifier (24 bits) and service index (8 bits). */
  nshPath: 364,
  /** Four words. */
  nshContext: 368,
  tcpFlags: 384,
  ndOptionsType: 386,
  ndReserved: 388,
  // Stage 3: transport layer.
  tpSrc: 392,
  tpDst: 394,
  ctTpSrc: 396,
  ctTpDst: 398,
  igmpGroup: 400,
  // What only OpenFlow knows; stage 0 too.
  metadata: 404,
  /** REGISTERS words. */
  reg: 412,
  conjId: 476,
  actsetOutput: 480,
} as const;

/** Bytes of a key that a datapath looks at: from 0. */
export const DATAPATH_SIZE = 404;
/** Bytes of a key, a whole number of 32-bit words. */
export const KEY_SIZE = 484;

/** The stages of Open vSwitch's classifier as ranges [from, to) of key bytes: metadata, link, network, transport layer. */
export const STAGES: readonly (readonly (readonly [number, number])[])[] = [
  [
    [AT.recircId, AT.ethDst],
    [DATAPATH_SIZE, KEY_SIZE],
  ],
  [[AT.ethDst, AT.nwSrc]],
  [[AT.nwSrc, AT.ndTarget]],
  [[AT.ndTarget, DATAPATH_SIZE]],
];

export const REGISTERS = 16;
export const MPLS_LABELS = 3;
export const TUNNEL_METADATA = 4;
export const USER_WORDS = 8;

/** In a TCI of a key: there is a tag (the CFI bit, which Open vSwitch gives that meaning). */
export const VLAN_PRESENT = 0x1000;
/** What `ethType` holds for frames with a length instead of a type (OFP_DL_TYPE_NOT_ETH_TYPE). */
export const NO_ETHERTYPE = 0x05ff;
/** `inPort` of a packet that came in nowhere (ODPP_NONE). */
export const NO_PORT = 0xffff_ffff;

/** Bits of `nwFrag` (FLOW_NW_FRAG_*): a fragment; not the first one. */
export const FRAGMENT = { any: 1, later: 2 } as const;

/** Bits of `ctState` (CS_* of Open vSwitch, OVS_CS_F_* of Linux). */
export const CT_STATE = {
  new: 0x01,
  est: 0x02,
  rel: 0x04,
  rpl: 0x08,
  inv: 0x10,
  trk: 0x20,
  snat: 0x40,
  dnat: 0x80,
} as const;

/** Bits of `tunFlags` (FLOW_TNL_F_*). */
export const TUNNEL_FLAGS = { oam: 0x01, df: 0x02, csum: 0x04, key: 0x08 } as const;

/** A key of zeros, or a mask that wants nothing. */
export function blankKey(): Uint8Array {
  return new Uint8Array(KEY_SIZE);
}
