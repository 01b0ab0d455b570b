import type { TunnelInfo } from "./tunnel-info.ts";

/** Values of skb->pkt_type (linux/if_packet.h). */
export const PACKET_HOST = 0;
export const PACKET_BROADCAST = 1;
export const PACKET_MULTICAST = 2;
export const PACKET_OTHERHOST = 3;
export const PACKET_OUTGOING = 4;
/** A copy of the host's own broadcast or multicast; packet sockets never see it. */
export const PACKET_LOOPBACK = 5;

/** The socket that a packet is sent by, or that it has been found to be for (skb->sk). */
export interface SkbSocket {
  /** AF_INET 2, AF_INET6 10, AF_PACKET 17. */
  readonly family: number;
  /** SOCK_STREAM 1, SOCK_DGRAM 2, SOCK_RAW 3. */
  readonly type: number;
  /** IP protocol. */
  readonly protocol: number;
  /** Addresses of 4 or 16 bytes, of zeroes where it is not bound or connected; ports, 0 likewise. */
  readonly localAddress: Uint8Array;
  readonly remoteAddress: Uint8Array;
  readonly localPort: number;
  readonly remotePort: number;
  /** TCP_ESTABLISHED 1, TCP_CLOSE 7, TCP_LISTEN 10 and so on. */
  readonly state: number;
  /** Its own within the host, from 1. */
  readonly cookie: number;
  /** Absent: the host has no control groups. */
  readonly cgroup: SkbControlGroup | undefined;
  /** Of a request that was answered with SYN+ACK alone: the socket that listens. */
  readonly listener?: SkbSocket | undefined;
  /** Of a TCP connection: where it stands. */
  readonly figures?: TcpFigures | undefined;
}

/** Where a TCP connection stands (struct bpf_tcp_sock); segments where no unit is named, sequence numbers unsigned. */
export interface TcpFigures {
  readonly congestionWindow: number;
  readonly threshold: number;
  /** Smoothed round-trip time in microseconds, times 8. */
  readonly roundTrip: number;
  readonly receiveNext: number;
  readonly sendNext: number;
  readonly unacknowledged: number;
  /** Bytes of payload in a full segment. */
  readonly mss: number;
  readonly packetsOut: number;
  readonly resent: number;
  readonly lost: number;
  readonly selectivelyAcknowledged: number;
  /** Bytes that the peer has acknowledged. */
  readonly bytesAcknowledged: number;
  readonly timeouts: number;
}

/** A control group as packets' programs see it. */
export interface SkbControlGroup {
  /** Inode number of its directory; 1 is the root. */
  readonly id: number;
  readonly parent: SkbControlGroup | undefined;
}

/** Has somebody said where the transport header is (skb_transport_header_was_set)? */
export function hasTransportHeader({ head, transportHeader }: Skb): boolean {
  return transportHeader !== head;
}

/**
 * A packet on its way, after struct sk_buff. Its bytes lie in the engine's memory from `head` (first byte of its
 * block) to `head + size`; the frame itself is `data` .. `data + length`. All positions are addresses in that memory.
 */
export interface Skb {
  head: number;
  /** Size of the block in bytes. */
  size: number;
  data: number;
  length: number;
  /** Bytes that the frame had on the wire when a capture kept fewer; else equal to `length`. */
  originalLength: number;
  macHeader: number;
  networkHeader: number;
  /** `head`: nobody has said (skb_transport_header_was_set). */
  transportHeader: number;
  /** The same of the packet in a tunnel that helpers have put it into; meaningful when `encapsulated` is 1. */
  innerNetworkHeader: number;
  innerTransportHeader: number;
  /** LINKTYPE_ value of what `macHeader` points at. */
  linkType: number;
  /** Ethertype in host order, as ntohs(skb->protocol). */
  protocol: number;
  pktType: number;
  /** Index of the device that it came in by or goes out by; 0: none. */
  ifindex: number;
  /** Index of the device that it came in by; 0: made by the host itself (skb_iif). */
  ingressIfindex: number;
  /** ARPHRD_ value of that device. */
  hatype: number;
  mark: number;
  priority: number;
  queue: number;
  hash: number;
  /** TCI of a tag that was taken out of the frame; meaningful when `vlanPresent` is 1. */
  vlanTci: number;
  vlanPresent: number;
  /** TPID of that tag, host order. */
  vlanTpid: number;
  /** Bytes at the packet's end that programs cannot reach in place (data_len): what is not in the linear part. */
  dataLength: number;
  /** Bytes of metadata before the data, which XDP programs have left for those of traffic control (skb_metadata_len). */
  metaLength: number;
  /** What traffic control counts of it: its bytes when it came to a device's filters, whatever programs then make of it (pkt_len of qdisc_skb_cb); 0: no device has said. */
  wireLength: number;
  /** What traffic control knows of the packet: tc_index, and the class that its programs chose (qdisc_skb_cb). */
  tcIndex: number;
  tcClassid: number;
  /** Words that programs of one packet pass on to one another (`cb` of struct __sk_buff). */
  readonly cb: Int32Array;
  /** Time stamp, 64 bits in two halves, signed: when it came in, or when it may leave. */
  timestampLow: number;
  timestampHigh: number;
  /** Which clock that is of: 0 when it came in; 1 monotonic or 2 TAI: when it may leave (tstamp_type). */
  timestampClock: number;
  /** What the queueing discipline that holds it notes: a time, and a number (the discipline's part of skb->cb). */
  queueTime: number;
  queueNote: number;
  /** 1 for copies that netem has made (tc_depth). */
  tcDepth: number;
  socket: SkbSocket | undefined;
  /** 1 while the ingress filters of a device look at it (tc_at_ingress). */
  atIngress: number;
  /** What a program has told tunnel devices about it (bpf_skb_set_tunnel_key). */
  tunnel: TunnelInfo | undefined;
  /** 1 for a packet that helpers have put into a tunnel (encapsulation). */
  encapsulated: number;
  /** Checksums, from the outermost on, that are known to be right (csum_level + 1 of CHECKSUM_UNNECESSARY). */
  checksumLevel: number;
  /**
   * Where the bytes begin whose checksum the device that sends the packet completes (CHECKSUM_PARTIAL, csum_start); 0: it is complete. Until
   * then the checksum's field holds the sum of the pseudo header.
   */
  checksumStart: number;
  /** Where that field stands, counted from there (csum_offset). */
  checksumOffset: number;
  /** Bytes of payload in each packet that the device cuts it into (gso_size); 0: it is one packet. */
  segmentSize: number;
  /** How many those are, as who made it has counted (gso_segs); 1 for what TCP sends as one, 0: nobody has counted. */
  segments: number;
  /** SKB_GSO_*: what it is cut into. */
  segmentType: number;
  /** The queue of its device that it came in by (napi_id); 0: none that polls. */
  napiId: number;
  /** When the device says that it came in (hwtstamp), 64 bits in two halves, signed; 0: it does not say. */
  hardwareTimeLow: number;
  hardwareTimeHigh: number;
  /** Number of the packet in its run, from 1; copies of a packet share it. */
  id: number;
}
