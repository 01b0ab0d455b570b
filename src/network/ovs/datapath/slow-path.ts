/**
 * What stands behind a datapath: ofproto's side of the upcall. A datapath that finds no megaflow for a packet asks its
 * slow path once, installs what it says and executes it; revalidation asks again without a packet. The slow path keeps
 * everything that a recirculation needs under the recirculation ids that it hands out in `recirc` actions.
 */
import type { Skb } from "../../../packet/skb.ts";
import type { DatapathAction, UserspaceAction } from "./action.ts";

export interface SlowPath {
  /** Changes whenever what was translated before may no longer hold: tables, groups, learnt addresses, ports. */
  readonly generation: number;
  /** Simulated time at which something ends there by itself, unless packets keep it; Infinity: nothing does. */
  readonly nextExpiry: number;
  /** Takes away what has ended by `now`. */
  expire(now: number): void;
  /** Says what to do with a flow. */
  translate(request: TranslationRequest): Translation;
  /** A packet that a `userspace` action sent up; returns what to do with it (a copy, ended afterwards), mostly nothing. */
  receive(packet: UserspacePacket): readonly DatapathAction[];
}

export interface TranslationRequest {
  /** The packet's flow key in full layout, what only OpenFlow knows zero. Belongs to the datapath: copy what is kept. */
  readonly key: Uint8Array;
  /** The packet, its headers as extraction found them; undefined at revalidation. Read only. */
  readonly skb: Skb | undefined;
  /** Whether it may have effects on tables (learning, `learn` actions, counters); false at revalidation. */
  readonly hasEffects: boolean;
  /** Simulated time in nanoseconds. */
  readonly now: number;
}

export interface Translation {
  /** Bits of the key that the answer depends on, in full layout; what only OpenFlow knows is left out. The datapath's from now on. */
  readonly mask: Uint8Array;
  readonly actions: readonly DatapathAction[];
  /** False: executed once and not installed. */
  readonly isCacheable: boolean;
  /**
   * Packets that the megaflow has carried since the last call, at revalidation and when it goes: counters of OpenFlow
   * rules, freshness of learnt addresses and idle timeouts. The packet translated itself is counted in the first call.
   */
  credit(traffic: FlowTraffic): void;
}

export interface FlowTraffic {
  readonly packets: number;
  readonly bytes: number;
  /** Simulated time of the last packet in nanoseconds. */
  readonly used: number;
  /** TCP flags seen, ORed. */
  readonly tcpFlags: number;
}

export interface UserspacePacket {
  readonly action: UserspaceAction;
  readonly key: Uint8Array;
  readonly skb: Skb;
  readonly now: number;
}
