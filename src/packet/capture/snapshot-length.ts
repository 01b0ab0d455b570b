import { LINKTYPE } from "./link-type.ts";

const ORDINARY = 262_144;

/**
 * The most bytes that a packet of this link type can sensibly have, as libpcap sees it (MAXIMUM_SNAPLEN and its
 * exceptions, max_snaplen_for_dlt() in pcap-common.c). Records that claim more are damage, and are not read.
 */
export function maximumSnapshotLength(linkType: number): number {
  switch (linkType) {
    case LINKTYPE.DBUS:
      return 128 * 1024 * 1024;
    case LINKTYPE.EBHSCR:
      return 8 * 1024 * 1024;
    case LINKTYPE.USBPCAP:
      return 1024 * 1024;
    default:
      return ORDINARY;
  }
}

/** The snapshot length that a file means by `field`: 0, and what is negative as an int, stand for the maximum. */
export function effectiveSnapshotLength(field: number, linkType: number): number {
  return field === 0 || field > 0x7fffffff ? maximumSnapshotLength(linkType) : field;
}
