import type { DatapathAction } from "./action.ts";
import type { FlowMask } from "./flow-mask.ts";
import type { Translation } from "./slow-path.ts";

/** Numbers that a flow counts with, and what each is. */
export const COUNTERS = 4;
const PACKETS = 0;
const BYTES = 1;
/** One more than the simulated time of the last packet; 0: never. */
const USED = 2;
const TCP_FLAGS = 3;

/** A flow that a datapath has been given: what it matches, what happens to its packets, and how many there were. */
export class Megaflow {
  readonly mask: FlowMask;
  /** The key of the packet that it was made for, what the mask does not want included: revalidation asks with it. */
  readonly key: Uint8Array;
  actions: readonly DatapathAction[];
  /** Undefined: put there by a program, and nobody's business but its. */
  translation: Translation | undefined;
  /** Simulated time at which it was installed. */
  readonly created: number;
  /** COUNTERS numbers at `at`, among those of the other flows of its mask. */
  private counters = new Float64Array(COUNTERS);
  private at = 0;
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
    this.actions = actions;
    this.translation = translation;
    this.created = created;
  }

  get packets(): number {
    return this.counters[this.at + PACKETS]!;
  }

  get bytes(): number {
    return this.counters[this.at + BYTES]!;
  }

  /** Simulated time of the last packet in nanoseconds; -1: never. */
  get used(): number {
    return this.counters[this.at + USED]! - 1;
  }

  /** TCP flags seen, ORed. */
  get tcpFlags(): number {
    return this.counters[this.at + TCP_FLAGS]!;
  }

  count(bytes: number, now: number, tcpFlags: number): void {
    const { counters, at } = this;
    counters[at + PACKETS]!++;
    counters[at + BYTES]! += bytes;
    counters[at + USED] = now + 1;
    counters[at + TCP_FLAGS] = counters[at + TCP_FLAGS]! | tcpFlags;
  }

  /** Counts from now on in these numbers, with what it has counted so far. */
  moveTo(counters: Float64Array<ArrayBuffer>, at: number): void {
    for (let i = 0; i < COUNTERS; i++) counters[at + i] = this.counters[this.at + i]!;
    this.counters = counters;
    this.at = at;
  }

  /** Tells the slow path of the packets that it has not been told of. */
  credit(): void {
    const { packets } = this;
    const news = packets - this.creditedPackets;
    if (news === 0 || this.translation === undefined) return;
    const bytes = this.bytes - this.creditedBytes;
    this.creditedPackets = packets;
    this.creditedBytes = this.bytes;
    this.translation.credit({ packets: news, bytes, used: this.used, tcpFlags: this.tcpFlags });
  }
}
