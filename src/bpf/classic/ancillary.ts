/** SKF_AD_OFF as an unsigned `k`: absolute loads from here on read metadata instead of packet bytes (linux/filter.h). */
export const ANCILLARY_BASE = 0xffff_f000;

/** A value beside the packet that an absolute load of any size can put into A. */
export interface AncillaryLoad {
  /** SKF_AD_ constant, counted from ANCILLARY_BASE. */
  readonly offset: number;
  /** What bpf_asm calls it, newest name first; empty: it has no name there. */
  readonly assemblerNames: readonly string[];
  /** What libpcap prints in brackets. */
  readonly listingName: string;
}

/** Every ancillary load of linux/filter.h, by offset. */
export const ANCILLARY_LOADS: readonly AncillaryLoad[] = [
  { offset: 0, assemblerNames: ["proto"], listingName: "proto" },
  { offset: 4, assemblerNames: ["type"], listingName: "type" },
  { offset: 8, assemblerNames: ["ifidx"], listingName: "ifidx" },
  { offset: 12, assemblerNames: ["nla"], listingName: "nla" },
  { offset: 16, assemblerNames: ["nlan"], listingName: "nlan" },
  { offset: 20, assemblerNames: ["mark"], listingName: "mark" },
  { offset: 24, assemblerNames: ["queue"], listingName: "queue" },
  { offset: 28, assemblerNames: ["hatype"], listingName: "hatype" },
  { offset: 32, assemblerNames: ["rxhash"], listingName: "rxhash" },
  { offset: 36, assemblerNames: ["cpu"], listingName: "cpu" },
  { offset: 40, assemblerNames: [], listingName: "xor_x" },
  { offset: 44, assemblerNames: ["vlan_tci"], listingName: "vlan_tci" },
  { offset: 48, assemblerNames: ["vlan_avail", "vlan_pr"], listingName: "vlanp" },
  { offset: 52, assemblerNames: ["poff"], listingName: "poff" },
  { offset: 56, assemblerNames: ["rand"], listingName: "random" },
  { offset: 60, assemblerNames: ["vlan_tpid"], listingName: "vlan_tpid" },
];

const byOffset = new Map(ANCILLARY_LOADS.map((load) => [load.offset, load]));

/** The ancillary load that an absolute load of `k` (unsigned) is; undefined where it reads the packet or nothing. */
export function ancillaryLoad(k: number): AncillaryLoad | undefined {
  return byOffset.get(k - ANCILLARY_BASE);
}

/** Does an instruction read metadata instead of packet bytes? */
export function isAncillaryLoad({ code, k }: { readonly code: number; readonly k: number }): boolean {
  return (code === 0x20 || code === 0x28 || code === 0x30) && ancillaryLoad(k) !== undefined;
}
