/** What a packet is to be wrapped in, or was wrapped in (struct ip_tunnel_info); numbers unsigned. */
export interface TunnelInfo {
  readonly family: 4 | 6;
  /** 64 bits. */
  readonly id: bigint;
  /** Addresses as they stand in packets, 4 or 16 bytes; `source` is the end where the packet is put into the tunnel. */
  readonly source: Uint8Array;
  readonly destination: Uint8Array;
  readonly tos: number;
  readonly ttl: number;
  /** Flow label of IPv6. */
  readonly label: number;
  /** TUNNEL_* of linux/if_tunnel.h. */
  flags: number;
  options: Uint8Array;
}
