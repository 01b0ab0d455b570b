const HEADER_SIZE = 64;
const DESCRIPTOR_SIZE = 16;
/** The kernel's limit (drivers/usb/mon/mon_bin.c, ISODESC_MAX). */
const MAXIMUM_DESCRIPTORS = 128;
const COMPLETION = 0x43;
const ISOCHRONOUS = 0;
const IN = 0x80;
const MAXIMUM_LENGTH = 0xffffffff;

/**
 * The original length of a packet of LINKTYPE_USB_LINUX_MMAPPED, whose header is in little-endian order. Old versions
 * of libpcap wrote a wrong one for completed incoming isochronous transfers: computed from the length of the request
 * block instead of from the descriptors of what arrived. As libpcap does when it reads (pcap_post_process(),
 * pcap-util.c), this recognizes such a packet and returns the right length; for others, `originalLength`.
 */
export function usbOriginalLength(view: DataView, at: number, length: number, originalLength: number): number {
  if (length < HEADER_SIZE) return originalLength;
  const descriptors = view.getUint32(at + 60, true);
  const isCompletion = view.getUint8(at + 8) === COMPLETION && view.getUint8(at + 9) === ISOCHRONOUS;
  const isIncoming = (view.getUint8(at + 10) & IN) !== 0 && view.getUint8(at + 15) === 0;
  if (descriptors > MAXIMUM_DESCRIPTORS || !isCompletion || !isIncoming) return originalLength;
  const end = HEADER_SIZE + descriptors * DESCRIPTOR_SIZE;
  const requestLength = view.getUint32(at + 32, true);
  if (originalLength !== (end + requestLength) >>> 0 || length < end) return originalLength;

  let data = 0;
  for (let field = at + HEADER_SIZE; field < at + end; field += DESCRIPTOR_SIZE) {
    const size = view.getUint32(field + 8, true);
    if (size > 0) data = Math.max(data, view.getUint32(field + 4, true) + size);
  }
  const total = Math.min(end + data, MAXIMUM_LENGTH);
  return Math.max(total >= length ? total : originalLength, length);
}
