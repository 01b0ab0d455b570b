/**
 * A packet as a classic program sees it: bytes in one memory, and the metadata that the ancillary loads of
 * linux/filter.h read. One object is pointed at packet after packet, so everything is a plain writable field.
 */
export interface ClassicPacket {
  /** The memory that all addresses below count in. */
  bytes: Uint8Array;
  /** Address of the byte that offset 0 means. */
  data: number;
  /** Bytes from `data` to the packet's end: what `ld len` gives. */
  length: number;
  /** Lowest address that negative offsets may reach (skb->head). */
  head: number;
  /** Address that SKF_LL_OFF counts from. */
  macHeader: number;
  /** Address that SKF_NET_OFF counts from. */
  networkHeader: number;
  /** SKF_AD_PROTOCOL: ethertype in host order. */
  protocol: number;
  /** SKF_AD_PKTTYPE: PACKET_HOST 0 ... PACKET_OUTGOING 4. */
  pktType: number;
  /** SKF_AD_IFINDEX; 0: no device, which ends a program that asks for it (or for `hatype`), A being its return value. */
  ifindex: number;
  /** SKF_AD_HATYPE: ARPHRD_ value of the device. */
  hatype: number;
  mark: number;
  queue: number;
  /** SKF_AD_RXHASH. */
  hash: number;
  cpu: number;
  vlanTci: number;
  /** 0 or 1. */
  vlanPresent: number;
  /** TPID, host order. */
  vlanTpid: number;
  /** SKF_AD_PAY_OFFSET: offset of the payload from `data`, found by dissecting the packet (__skb_get_poff). */
  payloadOffset(): number;
  /** SKF_AD_RANDOM: 32 random bits, unsigned. */
  random(): number;
}
