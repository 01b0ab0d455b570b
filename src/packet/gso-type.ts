/** SKB_GSO_*: what a packet of many segments is cut into, and how (include/linux/skbuff.h). */
export const GSO = {
  tcpv4: 1,
  /** Who made it is not trusted to have counted its segments. */
  dodgy: 2,
  tcpEcn: 4,
  tcpFixedId: 0x4000_0000,
  tcpv6: 16,
  gre: 64,
  greChecksum: 128,
  ipip4: 256,
  ipip6: 512,
  udpTunnel: 1024,
  udpTunnelChecksum: 2048,
  udpL4: 131_072,
} as const;
