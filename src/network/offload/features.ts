/** What hosts may leave to a device (features of ethtool -k), and how large a packet it takes from them. */
export interface Offload {
  /** It completes checksums, or the packet's receiver does without (tx-checksum-ip-generic). */
  readonly checksums: boolean;
  /** Packets need not be in one piece (tx-scatter-gather). */
  readonly scatterGather: boolean;
  /** It takes packets of many TCP segments, or of many UDP datagrams (tx-tcp-segmentation, tx-udp-segmentation). */
  readonly tcpSegments: boolean;
  readonly udpSegments: boolean;
  /** Most segments and bytes of what hosts send as one packet (gso_max_segs, gso_max_size). */
  readonly maxSegments: number;
  readonly maxBytes: number;
}

/** GSO_LEGACY_MAX_SIZE and GSO_MAX_SEGS */
export const MOST_BYTES = 65_536;
export const MOST_SEGMENTS = 65_535;

/** A device of which nothing is asked (ethtool -K DEVICE tx off tso off; ip link set dev DEVICE gso_max_segs 1): packets of one segment, their checksums complete. */
export const PLAIN: Offload = {
  checksums: false,
  scatterGather: true,
  tcpSegments: false,
  udpSegments: false,
  maxSegments: 1,
  maxBytes: MOST_BYTES,
};

/** What devices that have no wire have by themselves (veth, lo): nothing is done before somebody needs it. */
export const VIRTUAL: Offload = {
  checksums: true,
  scatterGather: true,
  tcpSegments: true,
  udpSegments: true,
  maxSegments: MOST_SEGMENTS,
  maxBytes: MOST_BYTES,
};
