import type { Skb } from "../packet/skb.ts";

/** Where a program finds a packet's bytes. */
export interface PacketSite {
  /** Address of the first byte that a program sees, in the skb's memory. */
  dataAddress: number;
  /** Bytes from there to the packet's end. */
  length: number;
}

/** A socket's receive queue. */
export interface SocketSite extends PacketSite {
  /** Bytes that are never trimmed away (include/linux/filter.h, the `cap` of sk_filter_trim_cap). */
  minimum: number;
}

/** What becomes of a packet on the way into a socket's receive queue. */
export interface SocketVerdict {
  action: "pass" | "drop";
  /** Bytes from the site's first byte that are kept; meaningful for `pass`. */
  length: number;
}

/**
 * The parts of a topology that programs attach to. For each: what its programs look at (`subject`), what the code there tells a
 * hook about it (`site`), and what it wants to be told (`verdict`). One object of the last two serves all packets.
 */
export interface HookPlaces {
  /** On the way into a socket's receive queue. Programs stand under `nodes.NODE.sockets.SOCKET`. */
  socket: { subject: Skb; site: SocketSite; verdict: SocketVerdict };
}

export type HookPlace = keyof HookPlaces;

/** A verdict of each place, to be written over. Also the list of places that there are. */
export const BLANK_VERDICTS: { readonly [P in HookPlace]: () => HookPlaces[P]["verdict"] } = {
  socket: () => ({ action: "pass", length: 0 }),
};
