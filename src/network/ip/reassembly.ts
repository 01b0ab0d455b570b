import type { DropReason } from "../../packet/drop-reason.ts";
import type { Skb } from "../../packet/skb.ts";
import type { EventHandler } from "../../simulation/event-queue.ts";
import type { Interface } from "../interface.ts";
import type { World } from "../world.ts";
import { type Fragment, FragmentQueue } from "./fragment-queue.ts";

/** Bytes of memory that fragments may take before further datagrams are refused (net.ipv4.ipfrag_high_thresh, net.ipv6.ip6frag_high_thresh). */
const MEMORY_LIMIT = 4 << 20;
/** What Linux counts for a fragment beside its buffer: struct sk_buff and struct skb_shared_info. */
const OVERHEAD = 576;

/** A datagram of which some fragments are here. */
export interface Datagram {
  readonly key: string;
  /** Where its first fragment came in. */
  readonly device: Interface;
  readonly queue: FragmentQueue;
  /** Explicit congestion notification of its fragments, a bit for each value that came. */
  ecn: number;
  done: boolean;
}

/** What the two versions of IP do differently. */
export interface ReassemblyRules {
  /** How long a datagram may stay incomplete, in nanoseconds. */
  readonly timeout: number;
  /** Puts a complete datagram together and goes on with it; false where the fragments do not make a valid one. */
  complete(datagram: Datagram): boolean;
  /** Time is up and the first fragment is here: its sender is told. */
  expired(device: Interface, first: Skb): void;
}

/**
 * The datagrams that wait for fragments: time, memory and accounting (net/ipv4/inet_fragment.c). Linux also gives up a
 * datagram when the same sender has begun many others meanwhile (ipfrag_max_dist); that is not done here.
 */
export class Reassembly implements EventHandler {
  private readonly datagrams = new Map<string, Datagram>();
  private readonly rules: ReassemblyRules;
  private readonly where: string;
  private readonly world: World;
  private memory = 0;

  constructor(rules: ReassemblyRules, where: string, world: World) {
    this.rules = rules;
    this.where = where;
    this.world = world;
  }

  /** Fragments that wait for others. */
  get queued(): number {
    let sum = 0;
    for (const { queue } of this.datagrams.values()) sum += queue.size;
    return sum;
  }

  /**
   * Takes a fragment and ends it or keeps it.
   * @param key tells datagrams apart.
   * @param ecn the two bits of its traffic class.
   */
  add(device: Interface, key: string, fragment: Fragment, more: boolean, ecn: number): void {
    const { skb } = fragment;
    let datagram = this.datagrams.get(key);
    if (datagram === undefined) {
      if (this.memory > MEMORY_LIMIT) {
        this.world.ledger.drop(skb, this.where, "FRAG_MEMORY");
        return;
      }
      datagram = { key, device, queue: new FragmentQueue(), ecn: 0, done: false };
      this.datagrams.set(key, datagram);
      this.world.simulation.after(this.rules.timeout, this, 0, datagram);
    }
    const outcome = datagram.queue.insert(fragment, more);
    if (outcome === "duplicate") {
      this.world.ledger.drop(skb, this.where, "DUP_FRAG");
      return;
    }
    if (outcome !== "taken") {
      this.world.ledger.drop(skb, this.where, "FRAG_OVERLAP");
      this.discard(datagram, "FRAG_OVERLAP");
      return;
    }
    this.memory += memoryOf(skb);
    datagram.ecn |= 1 << ecn;
    if (!datagram.queue.isComplete) return;
    this.forget(datagram);
    if (!this.rules.complete(datagram)) this.end(datagram, "FRAG_OVERLAP");
  }

  /** Time is up; run by the simulation. */
  run(_: number, operand: unknown): void {
    const datagram = operand as Datagram;
    if (datagram.done) {
      this.world.simulation.pass();
      return;
    }
    if (datagram.queue.hasFirst) this.rules.expired(datagram.device, datagram.queue.first!.skb);
    this.discard(datagram, "FRAG_REASM_TIMEOUT");
  }

  private discard(datagram: Datagram, reason: DropReason): void {
    this.forget(datagram);
    this.end(datagram, reason);
  }

  private end(datagram: Datagram, reason: DropReason): void {
    for (const { skb } of datagram.queue.fragments()) this.world.ledger.drop(skb, this.where, reason);
  }

  private forget(datagram: Datagram): void {
    this.datagrams.delete(datagram.key);
    datagram.done = true;
    for (const { skb } of datagram.queue.fragments()) this.memory -= memoryOf(skb);
  }
}

function memoryOf(skb: Skb): number {
  return skb.size + OVERHEAD;
}

/**
 * The two ECN bits of a datagram whose fragments had the values that are set in `seen` (RFC 3168 section 5.3, ip_frag_ecn_table);
 * undefined where they contradict one another.
 */
export function combinedEcn(seen: number): number | undefined {
  const [notCapable, ect1, ect0, ce] = [seen & 1, seen & 2, seen & 4, seen & 8];
  if (notCapable !== 0) return seen === 1 ? 0 : undefined;
  if (ce !== 0) return 3;
  if (ect0 !== 0) return 2;
  return ect1 !== 0 ? 1 : 0;
}
