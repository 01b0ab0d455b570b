/** What becomes of a packet that a discipline was given (linux/netdevice.h, NET_XMIT_*). */
export const XMIT = {
  SUCCESS: 0,
  /** It was dropped. */
  DROP: 1,
  /** A packet of the same flow was dropped for it, or it itself. */
  CN: 2,
  /** Filters took it away, which is no drop (__NET_XMIT_STOLEN). */
  STOLEN: 3,
} as const;

export type Xmit = (typeof XMIT)[keyof typeof XMIT];

/** True where the discipline above counts a drop (net_xmit_drop_count). */
export const isDrop = (xmit: Xmit): boolean => xmit === XMIT.DROP || xmit === XMIT.CN;
