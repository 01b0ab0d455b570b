import type { DropReason } from "../../packet/drop-reason.ts";
import type { Skb } from "../../packet/skb.ts";
import type { Random } from "../../simulation/random.ts";
import type { QdiscPart } from "../../topology/parts.ts";

/** A kind of queueing discipline, as a plugin: its part of the topology's format (QdiscPart), and how one is made. */
export interface QdiscKind<Options = unknown> extends QdiscPart {
  parse(...given: Parameters<QdiscPart["parse"]>): Options;
  /** @param options what `parse` has made. */
  create(options: Options, surroundings: QdiscSurroundings): Qdisc;
}

/**
 * A queueing discipline at work (include/net/sch_generic.h, struct Qdisc_ops). It owns the packets that it was given until it hands
 * them out or drops them.
 */
export interface Qdisc {
  /** Packets that wait, those of inner disciplines included. */
  readonly length: number;
  /** Their bytes. */
  readonly backlog: number;
  readonly counts: QdiscCounts;
  /** Its classes, for reports and expectations; absent: it has none. */
  readonly classes?: readonly QdiscClass[];
  /** Takes a packet; drops it, or another one, where there is no room. */
  enqueue(skb: Skb): void;
  /** The packet whose turn it is; undefined where none may leave now. */
  dequeue(): Skb | undefined;
  /** After a `dequeue` that gave nothing: simulated time from which on it may give something; Infinity: not before something comes. */
  nextTime(): number;
}

export interface QdiscCounts {
  /** Packets that left it. */
  packets: number;
  bytes: number;
  dropped: number;
  /** How often a packet had to wait for a rate. */
  overlimits: number;
}

export interface QdiscClass {
  /** `major:minor` as 32 bits, unsigned. */
  readonly classid: number;
  readonly counts: QdiscCounts;
  readonly length: number;
  readonly backlog: number;
}

/** What a qdisc stands in. */
export interface QdiscSurroundings {
  /** Its handle, `major:0` as 32 bits. */
  readonly handle: number;
  /** Length of the device's queue (txqueuelen), packets. */
  readonly queueLength: number;
  /** Largest frame of the device, bytes. */
  readonly frameBytes: number;
  readonly chance: Random;
  /** Simulated nanoseconds. */
  now(): number;
  /** Ends a packet. */
  drop(skb: Skb, reason: DropReason): void;
  /** Asks the qdisc's filters. A packet that they drop or take away has ended. */
  classify(skb: Skb): Classification;
  /** The qdisc that the topology puts into a class; undefined where it does not say. */
  child(classid: number): Qdisc | undefined;
}

/** What the filters of a qdisc say of a packet; one object is reused. */
export interface Classification {
  /** `class`: the filters chose `classid`. `none`: no filter matched. `ended`: they dropped the packet or took it away. */
  kind: "class" | "none" | "ended";
  classid: number;
}
