import { AddressMap } from "../address-map.ts";

/** What a host remembers of another one to limit what it sends to it (struct inet_peer). */
export interface Peer {
  /** Nanoseconds of credit; one message costs the limit's interval. */
  tokens: number;
  /** Simulated time at which something was last sent, or credit last counted. */
  last: number;
  /** Redirects sent that the peer seems to have ignored. */
  redirects: number;
}

/** A new peer's credit is counted from so long ago, which fills every bucket (inet_getpeer: 60 s). */
const INITIAL_AGE = 60_000_000_000;
/** Peers remembered (net.ipv4.inet_peer_threshold); Linux drops old ones beyond it. */
const LIMIT = 65_664;
/** Unused for so long, a peer's buckets are full again whatever they held. */
const FORGETTABLE = 60_000_000_000;
/** Messages that a full bucket allows at once (XRLIM_BURST_FACTOR). */
const BURST = 6;

/** Token buckets for each peer (net/ipv4/inetpeer.c). ICMP errors, redirects and "no route" answers share a peer's bucket, as in Linux. */
export class PeerTable {
  private readonly peers = { 4: new AddressMap<Peer>(4), 6: new AddressMap<Peer>(6) };

  /** The peer whose address stands at `at`. */
  get(family: 4 | 6, bytes: Uint8Array, at: number, now: number): Peer {
    const table = this.peers[family];
    let peer = table.get(bytes, at);
    if (peer === undefined) {
      if (table.size >= LIMIT) table.retain(({ last }) => now - last < FORGETTABLE);
      peer = { tokens: 0, last: now - INITIAL_AGE, redirects: 0 };
      table.set(bytes, at, peer);
    }
    return peer;
  }
}

/** Takes a message's cost out of the peer's bucket: at most one message each `interval` nanoseconds, after a burst of six (inet_peer_xrlim_allow). */
export function allowMessage(peer: Peer, interval: number, now: number): boolean {
  return spend(peer, interval, BURST * interval, now);
}

/** As `allowMessage`, with a bucket of its own depth: the rule for "no route" (ip_error). */
export function spend(peer: Peer, cost: number, depth: number, now: number): boolean {
  peer.tokens = Math.min(peer.tokens + now - peer.last, depth);
  peer.last = now;
  if (peer.tokens < cost) return false;
  peer.tokens -= cost;
  return true;
}
