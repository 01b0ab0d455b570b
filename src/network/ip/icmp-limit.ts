import type { Random } from "../../simulation/random.ts";
import type { World } from "../world.ts";
import {
  ICMP_DEST_UNREACH,
  ICMP_FRAG_NEEDED,
  ICMP_PARAMETER_PROBLEM,
  ICMP_SOURCE_QUENCH,
  ICMP_TIME_EXCEEDED,
  ICMPV6_PKT_TOOBIG,
} from "./icmp-type.ts";
import { allowMessage, type PeerTable } from "./peer-table.ts";

/** net.ipv4.icmp_ratelimit and net.ipv6.icmp.ratelimit, in nanoseconds. */
const INTERVAL = { 4: 1_000_000_000, 6: 100_000_000 } as const;
/** net.ipv4.icmp_msgs_per_sec, as nanoseconds a message, and icmp_msgs_burst. */
const GLOBAL_COST = 1_000_000;
const GLOBAL_BURST = 50;
/** Credit is counted anew after a fiftieth of a second at the earliest, and for a second at most. */
const GLOBAL_STEP = 20_000_000;
const GLOBAL_SPAN = 1_000_000_000;
/** A message costs 0, 1 or 2, so that nobody can tell from outside how many were sent. */
const COSTS = 3;

/**
 * How often a host sends ICMP errors: a bucket for all of them and one for each receiver (icmp_global_allow,
 * icmpv4_xrlim_allow, icmpv6_xrlim_allow). Linux counts in jiffies, this in nanoseconds.
 */
export class IcmpLimit {
  private credit = 0;
  private stamp = -GLOBAL_SPAN;
  private readonly peers: PeerTable;
  private readonly world: World;
  private readonly random: Random;

  constructor(peers: PeerTable, host: string, world: World) {
    this.peers = peers;
    this.world = world;
    this.random = world.random(`${host} icmp`);
  }

  /**
   * True where a message of this type may be sent to the address at `at`.
   * @param fromLoopback the packet that it is about came in by the loopback: the bucket for all does not count then.
   * @param toLoopback it goes out by the loopback: the receiver's bucket does not count then.
   */
  allows(
    family: 4 | 6,
    type: number,
    code: number,
    bytes: Uint8Array,
    at: number,
    fromLoopback: boolean,
    toLoopback: boolean,
  ): boolean {
    if (!isLimited(family, type, code)) return true;
    if (!fromLoopback && !this.hasCredit()) return false;
    // Linux applies the receiver's limit only after the bucket for all was asked.
    if (fromLoopback || toLoopback) return true;
    const { now } = this.world.simulation;
    if (!allowMessage(this.peers.get(family, bytes, at, now), INTERVAL[family], now)) return false;
    this.credit -= this.random.below(COSTS);
    return true;
  }

  private hasCredit(): boolean {
    if (this.credit > 0) return true;
    const { now } = this.world.simulation;
    const span = Math.min(now - this.stamp, GLOBAL_SPAN);
    if (span < GLOBAL_STEP) return false;
    this.stamp = now;
    this.credit = Math.min(this.credit + Math.floor(span / GLOBAL_COST), GLOBAL_BURST);
    return true;
  }
}

/** net.ipv4.icmp_ratemask 6168 and net.ipv6.icmp.ratemask 0-1,3-127: what path MTU discovery needs is never held back. */
function isLimited(family: 4 | 6, type: number, code: number): boolean {
  if (family === 6) return type < 128 && type !== ICMPV6_PKT_TOOBIG;
  if (type === ICMP_DEST_UNREACH) return code !== ICMP_FRAG_NEEDED;
  return type === ICMP_SOURCE_QUENCH || type === ICMP_TIME_EXCEEDED || type === ICMP_PARAMETER_PROBLEM;
}
