/** TCP_MSS_DEFAULT for IPv4, and IPv6's smallest MTU without headers: what a peer takes that does not say (RFC 9293 section 3.7.1). */
const DEFAULT_MSS = { 4: 536, 6: 1220 } as const;
/** Least that is advertised (net.ipv4.route.min_adv_mss, net.ipv6.route.min_adv_mss). */
const SMALLEST_ADVERTISED = { 4: 256, 6: 1220 } as const;
const IP_HEADER = { 4: 20, 6: 40 } as const;
const TCP_HEADER = 20;
/** Largest IP packet, and largest IPv6 payload. */
const LARGEST_PACKET = 65_535;
/** Smallest segment that is ever sent (net.ipv4.tcp_min_snd_mss). */
const SMALLEST_MSS = 48;

/** The MSS that a host advertises (ipv4_default_advmss, ip6_default_advmss). */
export function advertisedMss(family: 4 | 6, mtu: number): number {
  const largest = family === 4 ? LARGEST_PACKET - IP_HEADER[4] - TCP_HEADER : LARGEST_PACKET - TCP_HEADER;
  return Math.min(Math.max(mtu - IP_HEADER[family] - TCP_HEADER, SMALLEST_ADVERTISED[family]), largest);
}

/**
 * Bytes of payload that a segment may carry (tcp_sync_mss).
 * @param peerMss the MSS that the peer advertised; 0: it did not.
 * @param options bytes of options in ordinary segments.
 * @param largestWindow the largest window that the peer has offered; half of it is the most for one segment.
 */
export function sendingMss(
  family: 4 | 6,
  pathMtu: number,
  peerMss: number,
  options: number,
  largestWindow: number,
): number {
  const fits = Math.min(pathMtu - IP_HEADER[family] - TCP_HEADER, peerMss || DEFAULT_MSS[family]);
  const mss = Math.max(fits, SMALLEST_MSS) - options;
  const cut = largestWindow > DEFAULT_MSS[4] ? largestWindow >> 1 : largestWindow;
  return cut > 0 && mss > cut ? Math.max(cut, SMALLEST_MSS - options) : mss;
}
