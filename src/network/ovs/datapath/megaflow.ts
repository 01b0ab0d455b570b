import type { DatapathAction } from "./action.ts";
import { type FlowMask, wordsOf } from "./flow-mask.ts";
import type { Translation } from "./slow-path.ts";

/** A flow that a datapath has been given: what it matches, what happens to its packets, and how many there were. */
export class Megaflow {
  readonly mask: FlowMask;
  /** The key of the packet that it was made for, what the mask does not want included: revalidation asks with it. */
  readonly key: Uint8Array;
  /** The words of it that the mask wants, and their hash. */
  readonly words: Int32Array;
  readonly hash: number;
  actions: readonly DatapathAction[];
  /** Undefined: put there by a program, and nobody's business but its. */
  translation: Translation | undefined;
  /** The slow path's generation when it was last found right. */
  generation = 0;
  packets = 0;
  bytes = 0;
  /** Simulated time of the last packet in nanoseconds; -1: never. */
  used = -1;
  /** TCP flags seen, ORed. */
  tcpFlags = 0;
  /** Simulated time at which it was installed. */
  readonly created: number;
  /** What the translation has been told of. */
  private creditedPackets = 0;
  private creditedBytes = 0;

  constructor(
    mask: FlowMask,
    key: Uint8Array,
    actions: readonly DatapathAction[],
    translation: Translation | undefined,
    created: number,
  ) {
    this.mask = mask;
    this.key = key.slice();
    const words = wordsOf(this.key);
    this.words = mask.masked(words);
    this.hash = mask.hash(words);
    this.actions = actions;
    this.translation = translation;
    this.created = created;
  }

  count(bytes: number, now: number, tcpFlags: number): void {
    this.packets++;
    this.bytes += bytes;
    this.used = now;
    this.tcpFlags |= tcpFlags;
  }

  /** Tells the slow path of the packets that it has not been told of. */
  credit(): void {
    const packets = this.packets - this.creditedPackets;
    if (packets === 0 || this.translation === undefined) return;
    const bytes = this.bytes - this.creditedBytes;
    this.creditedPackets = this.packets;
    this.creditedBytes = this.bytes;
    this.translation.credit({ packets, bytes, used: this.used, tcpFlags: this.tcpFlags });
  }
}
