import type { DropReason } from "../../packet/drop-reason.ts";
import type { Skb } from "../../packet/skb.ts";
import type { Random } from "../../simulation/random.ts";
import type { QdiscPart } from "../../topology/parts.ts";
import type { Xmit } from "./xmit.ts";

/** A kind of queueing discipline, as a plugin: its part of the topology's format (QdiscPart), and how one is made. */
export interface QdiscKind<Options = unknown> extends QdiscPart<Options> {
  /** @param options what `parse` has made. */
  create(options: Options, surroundings: QdiscSurroundings): Qdisc;
}

/**
 * A queueing discipline at work (include/net/sch_generic.h, struct Qdisc and Qdisc_ops). It owns the packets that it was given until
 * it hands them out or drops them.
 */
export interface Qdisc {
  /** Packets that wait, those of inner disciplines included. Disciplines below change it through `QdiscSurroundings.reduced`. */
  length: number;
  /** Their bytes. */
  backlog: number;
  readonly counts: QdiscCounts;
  /** An empty one lets a packet pass by without taking it, while it has no filters (TCQ_F_CAN_BYPASS). */
  readonly bypass?: boolean;
  /** Its classes, for reports and expectations; absent: it has none. */
  readonly classes?: readonly QdiscClass[];
  /** Takes a packet; drops it, or another one, where there is no room. */
  enqueue(skb: Skb): Xmit;
  /** The packet whose turn it is; undefined where none may leave now. It has called `wake` then, if one may leave later. */
  dequeue(): Skb | undefined;
  /** The packet that the next `dequeue` gives; it still counts as one that waits. */
  peek(): Skb | undefined;
  /** The discipline in one of its classes has become empty by itself (qlen_notify). */
  emptied?(classid: number): void;
  /**
   * Takes over what its kind has made of other options, those of its classes included, as `tc qdisc change` and `tc class` do. Packets
   * stay as far as there is room for them. Absent: nothing of it can change.
   */
  change?(options: unknown): void;
  /** Puts another discipline into one of its classes, a plain queue where none is given; what waited there is gone. */
  graft?(classid: number, qdisc: Qdisc | undefined): void;
  /** Ends all packets that wait (qdisc_reset). */
  reset(): void;
  /** What it counts beside `counts`, by the names that tc prints (struct tc_*_xstats). */
  details?(): Readonly<Record<string, number>>;
}

/** struct gnet_stats_basic and gnet_stats_queue. */
export interface QdiscCounts {
  /** Packets that left it. */
  packets: number;
  bytes: number;
  dropped: number;
  /** How often a packet had to wait for a rate, or a limit was met. */
  overlimits: number;
  /** How often a packet was put back, or put first. */
  requeues: number;
}

export interface QdiscClass {
  /** `major:minor` as 32 bits, unsigned. */
  readonly classid: number;
  readonly counts: QdiscCounts;
  readonly length: number;
  readonly backlog: number;
  /** As of a discipline. */
  details?(): Readonly<Record<string, number>>;
}

/** What a qdisc stands in. */
export interface QdiscSurroundings {
  /** Its handle, `major:0` as 32 bits. */
  readonly handle: number;
  /** Length of the device's queue (txqueuelen), packets. */
  readonly queueLength: number;
  /** Largest frame of the device, bytes (psched_mtu). */
  readonly frameBytes: number;
  readonly chance: Random;
  /** Memory in which packets lie. */
  readonly bytes: Uint8Array;
  /** Simulated nanoseconds. */
  now(): number;
  /** Ends a packet. */
  drop(skb: Skb, reason: DropReason): void;
  /** Another packet with the same bytes. */
  copy(skb: Skb): Skb;
  /** Cuts a packet of many segments, and hands on each in order; false: it is none that can be cut (skb_gso_segment). */
  segment(skb: Skb, emit: (skb: Skb) => void): boolean;
  /** Puts a packet into the device's root discipline, as if the device had been asked to send it. */
  requeue(skb: Skb): void;
  /** Asks the qdisc's filters, or those of one of its classes. A packet that they drop or take away has ended. */
  classify(skb: Skb, classid?: number): Classification;
  /** Are there filters at all? */
  filtered(classid?: number): boolean;
  /** The qdisc that the topology puts into a class; undefined where it does not say. */
  child(classid: number): Qdisc | undefined;
  /** Tells the disciplines above of packets that are gone, which they still count (qdisc_tree_reduce_backlog). */
  reduced(packets: number, bytes: number): void;
  /** Has the device look for something to send at that simulated time, and at no other that was said before (qdisc_watchdog_schedule_ns). Infinity: never. */
  wake(time: number): void;
  /** Number that stands for a packet's flow, the same for both directions (skb_get_hash). @param seed another one, another number. */
  flowHash(skb: Skb, seed?: number): number;
}

/** What the filters of a qdisc say of a packet; one object is reused. */
export interface Classification {
  /** `class`: the filters chose `classid`. `none`: no filter matched. `dropped`, `stolen`: the packet has ended. */
  kind: "class" | "none" | "dropped" | "stolen";
  classid: number;
}
