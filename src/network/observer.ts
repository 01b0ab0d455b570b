import type { Skb } from "../packet/skb.ts";

/** Whoever watches packets on their way: the trace and the captures of interfaces. */
export interface Observer {
  /** False where nobody reads traces, so that callers need not build their texts. */
  readonly tracing: boolean;
  /** One step of a packet: where it is and what happens to it there. */
  trace(skb: Skb, where: string, what: string): void;
}
