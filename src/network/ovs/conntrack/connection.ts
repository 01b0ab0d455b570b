/** Bytes of a tuple: source, destination (16 each, IPv4 in the first 4), ports, zone, protocol, family. */
export const TUPLE_SIZE = 40;
/** Where they stand in a tuple. */
export const TUPLE = {
  source: 0,
  destination: 16,
  sourcePort: 32,
  destinationPort: 34,
  zone: 36,
  protocol: 38,
  family: 39,
};

/** A tracked connection (struct nf_conn): the tuples of its two directions, its state, and what flows have written on it. */
export interface Connection {
  /** Of its first packet, as that was before translation. */
  readonly original: Uint8Array;
  /** Of its answers: not the mirror image of `original` where addresses are translated. */
  readonly reply: Uint8Array;
  /** 4 bytes of mark and 16 of label are what `ct(commit,exec(...))` writes. */
  mark: number;
  readonly label: Uint8Array;
  /** In the table; false: seen, but not yet committed. */
  isCommitted: boolean;
  /** It was in the table and is no more. */
  isGone: boolean;
  /** Packets have gone both ways (IPS_SEEN_REPLY). */
  hasReply: boolean;
  /** Of TCP; one of TCP_STATE, else 0. */
  tcpState: number;
  /** The connection whose expectation or error it is. */
  readonly master: Connection | undefined;
  /** Which of the addresses are translated. */
  isSourceTranslated: boolean;
  isDestinationTranslated: boolean;
  /** Simulated time in nanoseconds at which it is forgotten. */
  expires: number;
  packets: number;
  bytes: number;
}
