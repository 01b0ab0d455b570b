/** What a packet is to be wrapped in, or was wrapped in (struct ip_tunnel_info); numbers unsigned. */
export interface TunnelInfo {
  readonly family: 4 | 6;
  /** Who has said it: a program, for the device that is to wrap the packet (IP_TUNNEL_INFO_TX), or the device that it came in by. */
  readonly mode: "transmit" | "receive";
  /** 64 bits. */
  readonly id: bigint;
  /** Addresses as they stand in packets, 4 or 16 bytes; `source` is the end where the packet is put into the tunnel. */
  readonly source: Uint8Array;
  readonly destination: Uint8Array;
  readonly tos: number;
  readonly ttl: number;
  /** Flow label of IPv6. */
  readonly label: number;
  /** TUNNEL of this file. */
  flags: number;
  options: Uint8Array;
}

/** TUNNEL_* of linux/if_tunnel.h, in host order as programs read them. */
export const TUNNEL = {
  checksum: 0x0001,
  key: 0x0004,
  sequence: 0x0008,
  dontFragment: 0x0100,
  geneveOptions: 0x0800,
  noCache: 0x2000,
} as const;
