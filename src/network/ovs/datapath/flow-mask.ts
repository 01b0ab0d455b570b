import { KEY_SIZE } from "../flow/layout.ts";
import { COUNTERS, type Megaflow } from "./megaflow.ts";

const FIRST_SLOTS = 16;
/** A table is doubled when more than half of its slots are taken. */
const LOAD = 2;

/**
 * The megaflows of one mask, by a hash of the bits that it wants (struct sw_flow_mask and its part of the flow table). Only
 * the words that the mask wants anything of are looked at. What look-ups read and count lies in three arrays, so that many
 * flows cost hardly more than one.
 */
export class FlowMask {
  /** As a mask of a key. */
  readonly bytes: Uint8Array;
  /** Look-ups that it has answered since masks were last put in order. */
  hits = 0;
  size = 0;
  /** Which words of a key it wants bits of, and which bits. */
  private readonly at: Uint16Array;
  private readonly bits: Int32Array;
  /** Two numbers a slot: a hash, and one more than the flow's index; 0 where there is none. */
  private slots = new Int32Array(2 * FIRST_SLOTS);
  /** By index: the flow, the words of its key that the mask wants, and its counters. */
  private readonly byIndex: (Megaflow | undefined)[] = [];
  private words: Int32Array;
  private counters = new Float64Array((FIRST_SLOTS / LOAD) * COUNTERS);
  private readonly free: number[] = [];

  constructor(mask: Uint8Array) {
    this.bytes = mask.slice();
    const words = wordsOf(this.bytes);
    const at: number[] = [];
    for (let i = 0; i < words.length; i++) if (words[i] !== 0) at.push(i);
    this.at = Uint16Array.from(at);
    this.bits = Int32Array.from(at, (i) => words[i]!);
    this.words = new Int32Array((FIRST_SLOTS / LOAD) * at.length);
  }

  /** The flow that a key, as words, belongs to. */
  find(key: Int32Array): Megaflow | undefined {
    const { slots, at, bits, words } = this;
    const width = at.length;
    const hash = this.hash(key);
    const last = slots.length - 2;
    for (let slot = (2 * hash) & last; ; slot = (slot + 2) & last) {
      const index = slots[slot + 1]! - 1;
      if (index < 0) return undefined;
      if (slots[slot] !== hash) continue;
      const from = index * width;
      let i = 0;
      while (i < width && (key[at[i]!]! & bits[i]!) === words[from + i]) i++;
      if (i === width) return this.byIndex[index];
    }
  }

  add(flow: Megaflow): void {
    if (2 * LOAD * (this.size + 1) > this.slots.length) this.grow();
    const index = this.free.pop() ?? this.byIndex.length;
    const { at, bits } = this;
    const key = wordsOf(flow.key);
    for (let i = 0; i < at.length; i++) this.words[index * at.length + i] = key[at[i]!]! & bits[i]!;
    this.byIndex[index] = flow;
    this.counters.fill(0, index * COUNTERS, (index + 1) * COUNTERS);
    flow.moveTo(this.counters, index * COUNTERS);
    this.place(this.hash(key), index + 1);
    this.size++;
  }

  remove(flow: Megaflow): void {
    const { slots, byIndex } = this;
    const last = slots.length - 2;
    let slot = (2 * this.hash(wordsOf(flow.key))) & last;
    while (byIndex[slots[slot + 1]! - 1] !== flow) slot = (slot + 2) & last;
    const index = slots[slot + 1]! - 1;
    slots[slot + 1] = 0;
    byIndex[index] = undefined;
    this.free.push(index);
    flow.moveTo(new Float64Array(COUNTERS), 0);
    this.size--;
    // What came to lie behind it for want of room moves up.
    for (let next = (slot + 2) & last; slots[next + 1] !== 0; next = (next + 2) & last) {
      const moved = slots[next + 1]!;
      slots[next + 1] = 0;
      this.place(slots[next]!, moved);
    }
  }

  *flows(): Iterable<Megaflow> {
    for (const flow of this.byIndex) if (flow !== undefined) yield flow;
  }

  private hash(key: Int32Array): number {
    const { at, bits } = this;
    let hash = 0x9e37_79b9 | 0;
    for (let i = 0; i < at.length; i++) {
      hash = Math.imul(hash ^ (key[at[i]!]! & bits[i]!), 0x85eb_ca6b);
      hash ^= hash >>> 15;
    }
    hash = Math.imul(hash, 0xc2b2_ae35);
    return hash ^ (hash >>> 16);
  }

  private place(hash: number, entry: number): void {
    const { slots } = this;
    const last = slots.length - 2;
    let slot = (2 * hash) & last;
    while (slots[slot + 1] !== 0) slot = (slot + 2) & last;
    slots[slot] = hash;
    slots[slot + 1] = entry;
  }

  private grow(): void {
    const { slots: before, words, counters } = this;
    this.slots = new Int32Array(2 * before.length);
    for (let slot = 0; slot < before.length; slot += 2)
      if (before[slot + 1] !== 0) this.place(before[slot]!, before[slot + 1]!);
    this.words = new Int32Array(2 * words.length);
    this.words.set(words);
    this.counters = new Float64Array(2 * counters.length);
    for (const [index, flow] of this.byIndex.entries()) flow?.moveTo(this.counters, index * COUNTERS);
  }
}

/** A key's or mask's bytes as 32-bit words, in this machine's order: for comparison only. */
export function wordsOf(key: Uint8Array): Int32Array {
  return new Int32Array(key.buffer, key.byteOffset, KEY_SIZE / 4);
}
