import { LINKTYPE } from "./link-type.ts";

/*
 * Some link types carry fields in the byte order of the machine that captured them. libpcap turns them into the
 * reader's order (swap_pseudo_headers(), pcap-util.c), and so a filter's loads see what they saw when capturing.
 */

const P_CAN = 0x000c;
const P_CANFD = 0x000d;
const P_CANXL = 0x000e;

/**
 * Turns the pseudo-header of a packet of a big-endian capture into little-endian order, in place. The packet is
 * `view[at] .. view[at + length - 1]`. Fields that were not captured whole stay as they are.
 */
export function hostOrder(linkType: number, view: DataView, at: number, length: number, originalLength: number): void {
  const have = Math.min(length, originalLength);
  switch (linkType) {
    case LINKTYPE.PFLOG:
      pflog(view, at, have);
      return;
    case LINKTYPE.LINUX_SLL:
      if (have >= 16) socketCan(view.getUint16(at + 14), view, at + 16, have - 16);
      return;
    case LINKTYPE.LINUX_SLL2:
      if (have >= 20) socketCan(view.getUint16(at), view, at + 20, have - 20);
      return;
    case LINKTYPE.USB_LINUX:
      linuxUsb(view, at, length, false);
      return;
    case LINKTYPE.USB_LINUX_MMAPPED:
      linuxUsb(view, at, length, true);
      return;
    case LINKTYPE.NFLOG:
      nflog(view, at, length, originalLength);
      return;
  }
}

function swap16(view: DataView, at: number): void {
  view.setUint16(at, view.getUint16(at), true);
}

function swap32(view: DataView, at: number): void {
  view.setUint32(at, view.getUint32(at), true);
}

/** struct pfloghdr: its first byte is its length; uid, pid, rule_uid and rule_pid are in the writer's order. */
function pflog(view: DataView, at: number, have: number): void {
  if (have === 0) return;
  const end = Math.min(have, view.getUint8(at));
  for (let field = 44; field <= 56 && field + 4 <= end; field += 4) swap32(view, at + field);
}

/** struct can_frame and canfd_frame: the identifier; struct canxl_frame: priority, length and acceptance field. */
function socketCan(protocol: number, view: DataView, at: number, have: number): void {
  if (protocol === P_CAN || protocol === P_CANFD) {
    if (have >= 4) swap32(view, at);
  } else if (protocol === P_CANXL) {
    if (have >= 4) swap32(view, at);
    if (have >= 8) swap16(view, at + 6);
    if (have >= 12) swap32(view, at + 8);
  }
}

/** Offsets and sizes of the fields of struct usbmon_packet (Documentation/usb/usbmon.rst) before the setup packet. */
const USB_FIELDS = [0, 8, 12, 2, 16, 8, 24, 4, 28, 4, 32, 4, 36, 4] as const;
const ISOCHRONOUS = 0;

function linuxUsb(view: DataView, at: number, have: number, long: boolean): void {
  for (let i = 0; i < USB_FIELDS.length; i += 2) {
    const field = USB_FIELDS[i]!;
    const size = USB_FIELDS[i + 1]!;
    if (field + size > have) return;
    if (size === 2) swap16(view, at + field);
    else if (size === 4) swap32(view, at + field);
    else {
      const upper = view.getUint32(at + field);
      view.setUint32(at + field, view.getUint32(at + field + 4), true);
      view.setUint32(at + field + 4, upper, true);
    }
  }
  const isochronous = view.getUint8(at + 9) === ISOCHRONOUS;
  if (isochronous && !swapRun(view, at, 40, 48, have)) return;
  if (!long || !swapRun(view, at, 48, 64, have) || !isochronous) return;
  const descriptors = view.getUint32(at + 60, true);
  // struct usbmon_isodesc: status, offset, length and padding.
  for (let i = 0, field = 64; i < descriptors; i++, field += 16)
    if (!swapRun(view, at, field, field + 12, have)) return;
}

/** Swaps the 32-bit fields from `field` to `end`; false when not all of them were captured. */
function swapRun(view: DataView, at: number, field: number, end: number, have: number): boolean {
  for (; field < end; field += 4) {
    if (field + 4 > have) return false;
    swap32(view, at + field);
  }
  return true;
}

/** A header of 4 bytes, the second of which is the version, then attributes: length 2, type 2, value padded to 4. */
function nflog(view: DataView, at: number, length: number, originalLength: number): void {
  if (length < 4 || originalLength < 4 || view.getUint8(at + 1) !== 0) return;
  for (let attribute = 4; attribute + 4 <= length && attribute <= originalLength; ) {
    swap16(view, at + attribute);
    swap16(view, at + attribute + 2);
    const size = (view.getUint16(at + attribute, true) + 3) & ~3;
    if (size < 4) return;
    attribute += size;
  }
}
